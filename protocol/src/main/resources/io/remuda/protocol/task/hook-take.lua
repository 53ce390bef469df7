-- A gateway takes what is due; nobody else is given it before the lease is over.
local rows = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])) do
  local hook = redis.call('HGET', KEYS[2], id)
  if hook then
    redis.call('ZADD', KEYS[1], ARGV[2], id)
    local tries, tenant, url = string.match(hook, '^(%d+)\n([^\n]*)\n(.*)$')
    rows[#rows + 1] = id
    rows[#rows + 1] = tries
    rows[#rows + 1] = tenant
    rows[#rows + 1] = url
  else
    redis.call('ZREM', KEYS[1], id)
  end
end
return rows
