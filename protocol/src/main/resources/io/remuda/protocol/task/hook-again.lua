-- It is to be looked at again. One that was done with meanwhile stays so.
local hook = redis.call('HGET', KEYS[2], ARGV[1])
if not hook then
  return 0
end
redis.call('HSET', KEYS[2], ARGV[1], (string.gsub(hook, '^%d+', ARGV[2])))
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
return 1
