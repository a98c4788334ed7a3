-- Keeps a message: inbox, id, when received, octets of summary, content and raw, and all of them in one.
-- Without octets it only asks whether the message would be kept.
local id, mid, received = ARGV[4], ARGV[5], tonumber(ARGV[6])
local summary, content, raw = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local what = place(id)
if what ~= 'living' then return answer('gone') end
local hook = call('HEXISTS', I(id), 'hook')
local known = call('HGET', M(id), mid) or call('HGET', D(id), mid)
if known then
  -- WAIT tells of what its own connection wrote: this connection must write to learn that replicas have the message.
  dirty = true
  return answer('ok', { (struct.unpack('>I6', known)), hook })
end
if call('HLEN', M(id)) >= INBOX_MESSAGES then return answer('full') end
if not ARGV[10] then return answer('new') end
local expires = math.min(received + INBOX_LIFE, tonumber(call('HGET', I(id), 'expires')))
local seq = call('HINCRBY', I(id), 'seq', 1)
call('HSET', M(id), mid, pack('>I6I6I6I6I4I4I4B', seq, received, now, expires, summary, content, raw, 0))
live_as(id, M(id))
call('SET', B(id, mid), ARGV[10])
live(B(id, mid), expires)
call('ZADD', MAIL, expires, member(id, seq, mid))
local octets = summary + content + raw + MESSAGE_OVERHEAD
take(id, octets)
count('evictable', octets - DELETION_OVERHEAD)
owe(id, now)
wake(id)
return answer('ok', { seq, hook })
