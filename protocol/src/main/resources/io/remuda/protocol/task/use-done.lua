-- The registry has the part.
redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('DEL', KEYS[1] .. ':' .. ARGV[1])
