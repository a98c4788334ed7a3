-- Keeps a delivery record: inbox, id, when the attempt failed, sealed octets. The oldest goes for one too many.
local id, rid, at, sealed = ARGV[4], ARGV[5], tonumber(ARGV[6]), ARGV[7]
if place(id) ~= 'living' then return answer('gone') end
local known = call('HGET', R(id), rid)
if known then
  dirty = true -- As in put: WAIT tells of what its own connection wrote.
  return answer('ok', { (record(known)) })
end
if call('HLEN', R(id)) >= INBOX_DELIVERIES then
  local flat, first, oldest = call('HGETALL', R(id)), math.huge, nil
  for i = 1, #flat, 2 do
    local seq = record(flat[i + 1])
    if seq < first then first, oldest = seq, flat[i] end
  end
  drop_record(id, first, oldest)
end
local seq = call('HINCRBY', I(id), 'seq', 1)
call('HSET', R(id), rid, pack('>I6I6I6I4', seq, at, now, #sealed))
call('HSET', S(id), rid, sealed)
live_as(id, R(id))
live_as(id, S(id))
call('ZADD', LAPSES, at + INBOX_LIFE, member(id, seq, rid))
take(id, #sealed + RECORD_OVERHEAD)
count('records', #sealed + RECORD_OVERHEAD)
owe(id, now)
wake(id)
return answer('ok', { seq })
