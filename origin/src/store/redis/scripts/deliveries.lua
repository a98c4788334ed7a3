-- All delivery records of an inbox: number of its last change, heads, sealed octets.
local id = ARGV[4]
local what, last = place(id)
if what ~= 'living' then return answer(what) end
return answer('ok', { last, call('HGETALL', R(id)), call('HGETALL', S(id)) })
