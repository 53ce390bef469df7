-- The broker has confirmed the task. A worker may have been faster: then nothing changes.
local state = redis.call('HGET', KEYS[1], 'state')
if state == 'SUBMITTING' then
  redis.call('HSET', KEYS[1], 'state', 'QUEUED')
  return 'QUEUED'
end
return state or ''
