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
elseif held[1] ~= 'RUNNING' or held[2] ~= ARGV[2] or held[3] ~= ARGV[3] then
  return 0
end
-- What it used is noted with its end, and ahead of it: where a user of Redis may not write it, nothing
-- is changed at all. What nobody has handed in for so long is forgotten. A worker of another make
-- names neither list nor use: a request is what it used.
local uses = KEYS[4] or 'remuda:uses'
local kept = tonumber(ARGV[17] or '518400000')
local function field(tag, text)
  local size = #text
  local length = size < 128 and string.char(size)
    or string.char(size % 128 + 128, math.floor(size / 128))
  return string.char(tag) .. length .. text
end
local use = ARGV[16]
if not use then
  use = field(10, ARGV[11]) .. field(26, ARGV[9])
  if ARGV[4] ~= 'DONE' then
    use = use .. string.char(32, 1)
  end
end
for _, oldest in ipairs(redis.call('LRANGE', uses, 0, 1)) do
  if (tonumber(string.match(oldest, '^%d+')) or 0) < now - kept then
    redis.call('LPOP', uses)
  end
end
redis.call('RPUSH', uses, string.format('%d', now) .. ':' .. use)
redis.call('PEXPIRE', uses, string.format('%d', kept))
if not held[1] then
  redis.call('HSET', KEYS[1], 'attempt', ARGV[2], 'nonce', ARGV[3], 'model', ARGV[9],
    'fingerprint', ARGV[10], 'tenant', ARGV[11], 'createdAt', ARGV[12], 'deadline', ARGV[13],
    'ttl', ARGV[8], 'revivals', ARGV[15])
  redis.call('ZADD', KEYS[3], ARGV[12], ARGV[1])
  if redis.call('PTTL', KEYS[3]) < left + slack + ttl then
    redis.call('PEXPIRE', KEYS[3], string.format('%d', left + slack + ttl))
  end
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
