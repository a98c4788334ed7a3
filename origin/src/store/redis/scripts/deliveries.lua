-- All delivery records of an inbox: number of its last change, heads, sealed octets.
local id = ARGV[4]
local what, last = place(id)
if what ~= 'living' then return answer(what) end
local flat, heads = call('HGETALL', R(id)), {}
for i = 1, #flat, 2 do
  local _, at = record(flat[i + 1])
  if lasts(at + INBOX_LIFE) then heads[#heads + 1], heads[#heads + 2] = flat[i], flat[i + 1] end
end
return answer('ok', { last, heads, call('HGETALL', S(id)) })
