-- An operator wants a task that was given up to be tried again, with all attempts before it.
local held = redis.call('HMGET', KEYS[1], 'state', 'errorCode', 'deadline')
local givenUp = held[1] == 'FAILED' and (held[2] == ARGV[4] or held[2] == ARGV[5])
if not givenUp and held[1] ~= 'QUEUED' then
  return 0
end
if tonumber(held[3]) > 0 and tonumber(held[3]) <= tonumber(ARGV[2]) then
  return 0
end
redis.call('HDEL', KEYS[1], 'errorCode', 'errorMessage', 'finishedAt', 'nonce', 'progress')
redis.call('HSET', KEYS[1], 'state', 'QUEUED', 'attempt', '0')
local lives = string.format('%d',
  math.max(0, tonumber(held[3]) - tonumber(ARGV[2])) + tonumber(ARGV[3]))
redis.call('PEXPIRE', KEYS[1], lives)
local once = redis.call('HGET', KEYS[1], 'once')
if once then
  redis.call('PEXPIRE', once, lives)
end
if tonumber(held[3]) > 0 then
  redis.call('ZADD', KEYS[2], held[3], ARGV[1])
end
return redis.call('HINCRBY', KEYS[1], 'revivals', 1)
