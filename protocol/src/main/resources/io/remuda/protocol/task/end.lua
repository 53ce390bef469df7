-- A gateway ends a task without a result. What has ended before stays as it is, and so does what was
-- revived more often than who ends it knows of. The record is kept beyond the deadline in any case,
-- so that whoever still has the task finds that it has ended.
local held = redis.call('HMGET', KEYS[1], 'state', 'ttl', 'deadline', 'revivals')
if ARGV[7] and tonumber(ARGV[7]) < tonumber(held[4] or '0') then
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
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local left = math.max(0, tonumber(held[3]) - now)
local lives = string.format('%d', math.max(tonumber(held[2]), left + tonumber(ARGV[6])))
redis.call('PEXPIRE', KEYS[1], lives)
local once = redis.call('HGET', KEYS[1], 'once')
if once then
  redis.call('PEXPIRE', once, lives)
end
return ARGV[2]
