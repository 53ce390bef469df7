-- Documents that somebody has to work on; nobody else is given them before the lease is over.
local ids = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])) do
  if redis.call('EXISTS', ARGV[5] .. id) == 1 then
    redis.call('ZADD', KEYS[1], ARGV[2], id)
    redis.call('HSET', ARGV[5] .. id, 'holder', ARGV[4])
    ids[#ids + 1] = id
  else
    redis.call('ZREM', KEYS[1], id)
  end
end
return ids
