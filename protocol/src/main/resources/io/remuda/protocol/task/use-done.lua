-- The registry has the part. Whoever says so late, when its lane has another part, changes nothing.
if redis.call('ZREM', KEYS[2], ARGV[1]) == 1 then
  return redis.call('DEL', KEYS[1] .. ':' .. ARGV[1])
end
if redis.call('HGET', KEYS[4], ARGV[1]) ~= ARGV[2] or redis.call('ZREM', KEYS[3], ARGV[1]) == 0 then
  return 0
end
return redis.call('DEL', KEYS[1] .. ':' .. ARGV[1])
