-- Notes what the edge has confirmed of an inbox: its end ('e'), or ('u') its record up to a number and with an end of
-- life, blobs that it has (so many, then each), blobs that it has no more. A receipt of another life changes nothing.
local id, kind = ARGV[4], ARGV[5]
local what, last = place(id)
if kind == 'e' then
  if what == 'gone' and call('HDEL', I(id), 'since') == 1 then
    call('ZREM', DEBTS, id)
    take(id, -call('SCARD', G(id)) * DELETION_OVERHEAD)
    call('DEL', G(id))
  end
  return answer('ok')
end
local seq, expires, blobs = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
if what == 'gone' then
  for i = 9 + blobs, #ARGV do
    if call('SREM', G(id), ARGV[i]) == 1 then take(id, -DELETION_OVERHEAD) end
  end
  return answer('ok')
end
if what ~= 'living' or seq > last then return answer('ok') end
local told = call('HMGET', I(id), 'told', 'told_end')
seq, expires = math.max(seq, tonumber(told[1] or 0)), math.max(expires, tonumber(told[2] or 0))
call('HSET', I(id), 'told', seq, 'told_end', expires)
for i = 9, #ARGV do
  local key = i < 9 + blobs and M(id) or D(id)
  local text = call('HGET', key, ARGV[i])
  if text then call('HSET', key, ARGV[i], text:sub(1, -2) .. string.char(1)) end
end
-- When the oldest change happened that the edge lacks.
local all = call('HMGET', I(id), 'expires', 'extended', 'created', 'debt')
local oldest = nil
local function behind(at) if not oldest or at < oldest then oldest = at end end
local flat = call('HGETALL', M(id))
for i = 1, #flat, 2 do
  local number, _, kept, _, _, _, _, there = head(flat[i + 1])
  if number > seq or there == 0 then behind(kept) end
end
flat = call('HGETALL', D(id))
for i = 1, #flat, 2 do
  local number, at, there = struct.unpack('>I6I6B', flat[i + 1])
  if number > seq or there == 0 then behind(at) end
end
flat = call('HGETALL', R(id))
for i = 1, #flat, 2 do
  local number, _, kept = record(flat[i + 1])
  if number > seq then behind(kept) end
end
if tonumber(all[1]) ~= expires then behind(tonumber(all[2])) end
-- A change whose deletion was forgotten, or whose record has lapsed, has no time of its own any more.
if not oldest and last > seq then oldest = tonumber(all[3]) end
dirty = true
if oldest then
  call('HSET', I(id), 'debt', oldest)
  call('ZADD', DEBTS, oldest, id)
elseif all[4] then
  call('HDEL', I(id), 'debt')
  call('ZREM', DEBTS, id)
end
return answer('ok')
