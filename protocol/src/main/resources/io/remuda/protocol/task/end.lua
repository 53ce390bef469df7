-- A gateway ends a task without a result. What has ended before stays as it is.
local held = redis.call('HMGET', KEYS[1], 'state', 'ttl')
redis.call('ZREM', KEYS[2], ARGV[1])
if not held[1] then
  return ''
end
if held[1] == 'DONE' or held[1] == 'FAILED' or held[1] == 'EXPIRED' or held[1] == 'CANCELLED' then
  return held[1]
end
redis.call('HSET', KEYS[1], 'state', ARGV[2], 'errorCode', ARGV[3], 'errorMessage', ARGV[4],
  'finishedAt', ARGV[5])
redis.call('PEXPIRE', KEYS[1], held[2])
return ARGV[2]
