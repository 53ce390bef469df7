-- Where a task's end is to be told. A second time changes nothing.
if redis.call('HSETNX', KEYS[2], ARGV[1], '0\n' .. ARGV[2] .. '\n' .. ARGV[3]) == 1 then
  redis.call('ZADD', KEYS[1], ARGV[4], ARGV[1])
  return 1
end
return 0
