-- A worker has an answer. It counts only while the task runs under this worker's claim, or when the
-- record was lost since: then it is made anew, lest the answer is lost too.
local held = redis.call('HMGET', KEYS[1], 'state', 'attempt', 'nonce')
if not held[1] then
  redis.call('HSET', KEYS[1], 'attempt', ARGV[2], 'nonce', ARGV[3], 'model', ARGV[9],
    'fingerprint', ARGV[10], 'tenant', ARGV[11], 'createdAt', ARGV[12], 'deadline', ARGV[13],
    'ttl', ARGV[8])
  redis.call('ZADD', KEYS[3], ARGV[12], ARGV[1])
  if redis.call('PTTL', KEYS[3]) < tonumber(ARGV[8]) then
    redis.call('PEXPIRE', KEYS[3], ARGV[8])
  end
elseif held[1] ~= 'RUNNING' or held[2] ~= ARGV[2] or held[3] ~= ARGV[3] then
  return 0
end
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'state', ARGV[4], 'result', ARGV[5], 'errorCode', ARGV[6],
  'errorMessage', ARGV[7],
  'finishedAt', string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000)))
redis.call('PEXPIRE', KEYS[1], ARGV[8])
redis.call('ZREM', KEYS[2], ARGV[1])
return 1
