-- A document is changed by who has seen its present version.
if redis.call('HGET', KEYS[1], 'version') ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], 'body', ARGV[3])
redis.call('HINCRBY', KEYS[1], 'version', 1)
if ARGV[4] == '0' then
  redis.call('ZREM', KEYS[2], ARGV[1])
end
return 1
