-- A gateway ends a task without a result. What has ended before stays as it is, and so does what was
-- revived more often than who ends it knows of.
local held = redis.call('HMGET', KEYS[1], 'state', 'ttl', 'revivals')
if ARGV[6] and tonumber(ARGV[6]) < tonumber(held[3] or '0') then
  return held[1]
end
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
