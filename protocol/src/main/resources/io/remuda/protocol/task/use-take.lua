-- A gateway takes a part of what tasks used: one that another gateway took before and whose lease is
-- over, else a new one. A part stays as it is, so that its number never stands for two things.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local id = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 1)[1]
if not id then
  local fresh = redis.call('LRANGE', KEYS[1], 0, ARGV[3] - 1)
  if #fresh == 0 then
    return {}
  end
  id = ARGV[1]
  redis.call('RPUSH', KEYS[1] .. ':' .. id, unpack(fresh))
  redis.call('PEXPIRE', KEYS[1] .. ':' .. id, ARGV[4])
  redis.call('LTRIM', KEYS[1], #fresh, -1)
end
local uses = redis.call('LRANGE', KEYS[1] .. ':' .. id, 0, -1)
if #uses == 0 then
  redis.call('ZREM', KEYS[2], id)
  return {}
end
redis.call('ZADD', KEYS[2], string.format('%d', now + ARGV[2]), id)
redis.call('PEXPIRE', KEYS[2], ARGV[4])
table.insert(uses, 1, id)
return uses
