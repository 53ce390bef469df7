-- A worker takes the task. The attempt rises and a fresh nonce makes the older claims worthless; the
-- same nonce again is the same claim, whose answer was lost, and no other attempt.
-- A record that was lost is made anew from what the queue kept.
local held = redis.call('HMGET', KEYS[1], 'state', 'nonce', 'attempt')
local state = held[1]
if state == 'DONE' or state == 'FAILED' or state == 'EXPIRED' or state == 'CANCELLED' then
  return 0
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local deadline = tonumber(ARGV[7])
local ttl = tonumber(ARGV[9])
local slack = tonumber(ARGV[10])
local left = math.max(0, deadline - now)
-- The idempotency key lives as long as the record.
local function live(millis)
  local lives = string.format('%d', millis)
  redis.call('PEXPIRE', KEYS[1], lives)
  local once = redis.call('HGET', KEYS[1], 'once')
  if once then
    redis.call('PEXPIRE', once, lives)
  end
end
if not state then
  -- So late its end, whichever it was, may be forgotten: it gets no other one.
  if deadline > 0 and now > deadline + slack then
    return 0
  end
  redis.call('HSET', KEYS[1], 'model', ARGV[3], 'fingerprint', ARGV[4], 'tenant', ARGV[5],
    'createdAt', ARGV[6], 'deadline', ARGV[7], 'attempt', '0', 'ttl', ARGV[9],
    'revivals', ARGV[11])
  redis.call('ZADD', KEYS[3], ARGV[6], ARGV[1])
  if redis.call('PTTL', KEYS[3]) < left + slack + ttl then
    redis.call('PEXPIRE', KEYS[3], string.format('%d', left + slack + ttl))
  end
  if deadline > 0 then
    redis.call('ZADD', KEYS[2], ARGV[7], ARGV[1])
  end
end
if deadline > 0 and now > deadline then
  redis.call('HSET', KEYS[1], 'state', 'EXPIRED', 'finishedAt', string.format('%d', now))
  live(math.max(ttl, slack))
  redis.call('ZREM', KEYS[2], ARGV[1])
  return 0
end
if state == 'RUNNING' and held[2] == ARGV[2] then
  return tonumber(held[3])
end
local attempt = redis.call('HINCRBY', KEYS[1], 'attempt', 1)
redis.call('HSET', KEYS[1], 'state', 'RUNNING', 'nonce', ARGV[2], 'progress', '0')
live(left + tonumber(ARGV[8]))
return attempt
