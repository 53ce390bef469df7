-- A task is about to be published. The same under the same idempotency key finds the first one.
-- Answers id, state, and '1' when another request came under the same key.
if ARGV[8] ~= '' then
  local first = redis.call('HMGET', KEYS[4], 'id', 'digest')
  if first[1] then
    if first[2] ~= ARGV[8] then
      return {first[1], '', '1'}
    end
    if first[1] ~= ARGV[1] then
      return {first[1], redis.call('HGET', ARGV[10] .. first[1], 'state') or '', '0'}
    end
  end
end
local state = redis.call('HGET', KEYS[1], 'state')
if state then
  return {ARGV[1], state, '0'}
end
redis.call('HSET', KEYS[1], 'state', 'SUBMITTING', 'model', ARGV[2], 'fingerprint', ARGV[3],
  'tenant', ARGV[4], 'createdAt', ARGV[5], 'deadline', ARGV[6], 'attempt', '0', 'ttl', ARGV[11])
redis.call('PEXPIRE', KEYS[1], ARGV[7])
if ARGV[8] ~= '' then
  -- Whoever changes how long the record lives changes the key with it.
  redis.call('HSET', KEYS[1], 'once', KEYS[4])
  redis.call('HSET', KEYS[4], 'id', ARGV[1], 'digest', ARGV[8])
  redis.call('PEXPIRE', KEYS[4], ARGV[9])
end
if tonumber(ARGV[6]) > 0 then
  redis.call('ZADD', KEYS[3], ARGV[6], ARGV[1])
end
-- The tenant's list forgets two of its oldest whose records are gone, so it never grows for good.
for _, oldest in ipairs(redis.call('ZRANGE', KEYS[2], 0, 1)) do
  if redis.call('EXISTS', ARGV[10] .. oldest) == 0 then
    redis.call('ZREM', KEYS[2], oldest)
  end
end
redis.call('ZADD', KEYS[2], ARGV[5], ARGV[1])
if redis.call('PTTL', KEYS[2]) < tonumber(ARGV[9]) then
  redis.call('PEXPIRE', KEYS[2], ARGV[9])
end
return {ARGV[1], 'SUBMITTING', '0'}
