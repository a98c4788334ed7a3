-- Makes an inbox: id, key, public key, read token's hash, sealed address, domain, when it is made, when it ends, its
-- webhook or nothing, wrap key.
local id, key, created, expires = ARGV[4], ARGV[5], tonumber(ARGV[10]), tonumber(ARGV[11])
if place(id) ~= 'absent' then return answer('exists', { call('HGET', I(id), 'key') }) end
call('HSET', I(id), 'key', key, 'pk', ARGV[6], 'rth', ARGV[7], 'addr', ARGV[8], 'domain', ARGV[9],
  'created', created, 'expires', expires, 'extended', created, 'seq', 0, 'wk', ARGV[13])
if ARGV[12] ~= '' then call('HSET', I(id), 'hook', ARGV[12]) end
live(I(id), expires + GONE_MEMORY)
call('ZADD', ENDS, expires, id)
count('inboxes', 1)
take(id, INBOX_OVERHEAD)
owe(id, created)
return answer('ok')
