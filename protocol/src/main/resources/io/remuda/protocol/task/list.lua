-- One page of a tenant's tasks, the newest first, without their results. What is gone is forgotten.
local start = 0
if ARGV[2] ~= '' then
  local rank = redis.call('ZREVRANK', KEYS[1], ARGV[2])
  if not rank then
    return {}
  end
  start = rank + 1
end
local limit = tonumber(ARGV[1])
local page = {}
while #page < limit do
  local ids = redis.call('ZREVRANGE', KEYS[1], start, start + limit - 1)
  if #ids == 0 then
    break
  end
  for _, id in ipairs(ids) do
    if #page >= limit then
      break
    end
    local record = redis.call('HMGET', ARGV[3] .. id, 'state', 'model', 'fingerprint', 'tenant',
      'attempt', 'nonce', 'createdAt', 'finishedAt', 'deadline', 'errorCode', 'errorMessage',
      'progress')
    if record[1] then
      local row = {id}
      for i = 1, 12 do
        row[i + 1] = record[i] or ''
      end
      row[14] = ''
      if record[1] == 'DONE' and redis.call('EXISTS', ARGV[3] .. id .. ':result') == 0 then
        row[14] = '1'
      end
      page[#page + 1] = row
      start = start + 1
    else
      redis.call('ZREM', KEYS[1], id)
    end
  end
end
return page
