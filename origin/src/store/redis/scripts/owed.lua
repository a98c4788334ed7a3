-- What one inbox owes now.
local id = ARGV[4]
local what, last = place(id)
if what == 'gone' then
  local ended = call('HMGET', I(id), 'since', 'until')
  if not ended[1] then return answer('nothing') end
  return answer('erase', { ended[1], ended[2], call('SMEMBERS', G(id)) })
end
local since = call('HGET', I(id), 'debt')
if what ~= 'living' or not since then
  if call('ZREM', DEBTS, id) == 1 then dirty = true end -- Redis has evicted it.
  return answer('nothing')
end
local flat, messages = call('HGETALL', M(id)), {}
for i = 1, #flat, 2 do
  local seq, _, _, _, summary = head(flat[i + 1])
  messages[#messages + 1] = { flat[i], flat[i + 1], call('GETRANGE', B(id, flat[i]), 0, summary - 1) }
end
local view = call('HMGET', I(id), 'rth', 'addr', 'domain', 'created', 'expires', 'seq', 'wk')
return answer('update', { since, view, messages, call('HGETALL', D(id)), call('HGETALL', R(id)), call('HGETALL', S(id)) })
