-- A gateway takes a part of what tasks used: one that another gateway took before and whose lease is
-- over, else a new one. A part stays as it is, so that its number never stands for two things. It lies in
-- a lane, which has one part at a time and numbers them upwards: a registry knows the lane's last number.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = string.format('%d', now + ARGV[2])
local function answer(lane, number)
  local uses = redis.call('LRANGE', KEYS[1] .. ':' .. lane, 0, -1)
  table.insert(uses, 1, number)
  table.insert(uses, 1, lane)
  return uses
end
local function lease(lane)
  redis.call('ZADD', KEYS[3], due, lane)
  redis.call('PEXPIRE', KEYS[3], ARGV[4])
  redis.call('PEXPIRE', KEYS[4], ARGV[4])
end
local open = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, 1)[1]
if open then
  local number = redis.call('HGET', KEYS[4], open)
  if not number then
    -- Redis was made to forget it: rather counted twice than never.
    number = string.format('%d', now)
    redis.call('HSET', KEYS[4], open, number)
  end
  lease(open)
  return answer(open, number)
end
-- An earlier version gave each part a name of its own.
local old = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 1)[1]
if old then
  redis.call('ZADD', KEYS[2], due, old)
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
  return answer(old, '1')
end
local fresh = redis.call('LRANGE', KEYS[1], 0, ARGV[3] - 1)
if #fresh == 0 then
  return {}
end
local lanes = redis.call('HKEYS', KEYS[4])
table.sort(lanes)
local free
for _, lane in ipairs(lanes) do
  if not free and not redis.call('ZSCORE', KEYS[3], lane) then
    free = lane
  end
end
if not free and #lanes < tonumber(ARGV[5]) then
  free = ARGV[1]
end
if not free then
  return {}
end
-- Also where Redis was set back to what it was before, its clock has gone on: no number comes twice.
local last = tonumber(redis.call('HGET', KEYS[4], free) or '0')
local number = string.format('%d', math.max(last + 1, now))
redis.call('HSET', KEYS[4], free, number)
redis.call('RPUSH', KEYS[1] .. ':' .. free, unpack(fresh))
redis.call('PEXPIRE', KEYS[1] .. ':' .. free, ARGV[4])
redis.call('LTRIM', KEYS[1], #fresh, -1)
lease(free)
return answer(free, number)
