-- Sets an inbox's webhook, or removes it where the new one is nothing; only if it is the one that was seen, if any was.
local id, new, seen = ARGV[4], ARGV[5], ARGV[6]
local what = place(id)
if what ~= 'living' then return answer(what) end
dirty = true -- As in put: WAIT tells of what its own connection wrote.
if seen == '' or call('HGET', I(id), 'hook') == seen then
  if new == '' then call('HDEL', I(id), 'hook') else call('HSET', I(id), 'hook', new) end
end
return answer('ok', call('HMGET', I(id), 'rth', 'addr', 'domain', 'created', 'expires', 'seq', 'wk'))
