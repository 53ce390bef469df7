-- Who works on a document says so again. Somebody else may have taken it meanwhile.
if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[2] or not redis.call('ZSCORE', KEYS[2], ARGV[1]) then
  return 0
end
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
return 1
