-- A document is put on the shelf; one that is there stays as it is.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
redis.call('HSET', KEYS[1], 'kind', ARGV[2], 'tenant', ARGV[3], 'version', '1', 'created', ARGV[4],
  'expires', ARGV[5], 'holder', '', 'body', ARGV[6])
redis.call('PEXPIREAT', KEYS[1], ARGV[5])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
if tonumber(redis.call('PTTL', KEYS[2])) < tonumber(ARGV[5]) - tonumber(ARGV[4]) then
  redis.call('PEXPIREAT', KEYS[2], ARGV[5])
end
if ARGV[7] == '1' then
  redis.call('ZADD', KEYS[3], ARGV[4], ARGV[1])
end
return 1
