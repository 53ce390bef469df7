-- A worker tells how far it is. It counts only while the task runs under this worker's claim.
local held = redis.call('HMGET', KEYS[1], 'state', 'attempt', 'nonce')
if held[1] ~= 'RUNNING' or held[2] ~= ARGV[1] or held[3] ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], 'progress', ARGV[3])
return 1
