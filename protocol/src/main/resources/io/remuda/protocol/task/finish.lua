-- A worker has an answer. It counts only while the task runs under this worker's claim, or when the
-- record was lost since: then it is made anew, lest the answer is lost too. After its deadline it is
-- not: by then the task has expired for everybody who asked. The result is kept for its time to
-- live, how the task ended beyond the deadline in any case: no later delivery may end it otherwise.
local held = redis.call('HMGET', KEYS[1], 'state', 'attempt', 'nonce')
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local deadline = tonumber(ARGV[13])
local ttl = tonumber(ARGV[8])
local left = math.max(0, deadline - now)
local slack = tonumber(ARGV[14])
if not held[1] then
  if deadline > 0 and now > deadline then
    return 0
  end
  redis.call('HSET', KEYS[1], 'attempt', ARGV[2], 'nonce', ARGV[3], 'model', ARGV[9],
    'fingerprint', ARGV[10], 'tenant', ARGV[11], 'createdAt', ARGV[12], 'deadline', ARGV[13],
    'ttl', ARGV[8], 'revivals', ARGV[15])
  redis.call('ZADD', KEYS[3], ARGV[12], ARGV[1])
  if redis.call('PTTL', KEYS[3]) < left + slack + ttl then
    redis.call('PEXPIRE', KEYS[3], string.format('%d', left + slack + ttl))
  end
elseif held[1] ~= 'RUNNING' or held[2] ~= ARGV[2] or held[3] ~= ARGV[3] then
  return 0
end
redis.call('HSET', KEYS[1], 'state', ARGV[4], 'errorCode', ARGV[6], 'errorMessage', ARGV[7],
  'finishedAt', string.format('%d', now))
if ARGV[4] == 'DONE' then
  redis.call('SET', KEYS[1] .. ':result', ARGV[5], 'PX', ARGV[8])
end
local lives = string.format('%d', math.max(ttl, left + slack))
redis.call('PEXPIRE', KEYS[1], lives)
local once = redis.call('HGET', KEYS[1], 'once')
if once then
  redis.call('PEXPIRE', once, lives)
end
redis.call('ZREM', KEYS[2], ARGV[1])
return 1
