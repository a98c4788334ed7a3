-- One inbox, and how many messages it holds.
local id = ARGV[4]
local what = place(id)
if what ~= 'living' then return answer(what, { call('HGET', I(id), 'key') }) end
local all = call('HMGET', I(id), 'rth', 'addr', 'domain', 'created', 'expires', 'seq', 'wk', 'pk', 'key')
all[10] = call('HLEN', M(id))
return answer('ok', all)
