-- What was claimed could not be begun: it waits again, and that was no attempt. Only under this claim.
local held = redis.call('HMGET', KEYS[1], 'state', 'attempt', 'nonce')
if held[1] ~= 'RUNNING' or held[2] ~= ARGV[1] or held[3] ~= ARGV[2] then
  return 0
end
redis.call('HINCRBY', KEYS[1], 'attempt', -1)
redis.call('HSET', KEYS[1], 'state', 'QUEUED', 'nonce', '')
return 1
