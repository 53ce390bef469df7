-- Ids of one page of a tenant's documents, the newest first. What is gone is forgotten.
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
    if redis.call('EXISTS', ARGV[3] .. id) == 1 then
      page[#page + 1] = id
      start = start + 1
    else
      redis.call('ZREM', KEYS[1], id)
    end
  end
end
return page
