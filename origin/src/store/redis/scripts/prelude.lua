-- What every script begins with: the names of keys, time, and what happens to an inbox of itself.
--
-- KEYS[1] is a shard, a hash whose counts are the shard's census; every key of the shard begins with its name and so
-- lies in its slot. Which keys a script touches follows from what has expired: only the shard can be declared.
-- ARGV: now, whether there is an edge ('1'), the node that asks, then what the script says.
--
-- Per inbox:   :i: the inbox   :m: heads of messages   :d: deletions   :r: heads of records   :s: sealed records
--              :g: messages whose blobs the edge may have, of an inbox that has ended   :b: one message's octets
-- Per shard:   queues by time :ends :tombs :mail :laps, and :octets, what each inbox takes; they go when nobody comes.
--              :debts has no end and so is never evicted: ids alone, struck off with the debt or the inbox.
local P, now, edge, node = KEYS[1], tonumber(ARGV[1]), ARGV[2] == '1', ARGV[3]
local call, pack = redis.call, struct.pack
local CHANGES = P:match('^(.-):{') .. ':changes'
local ENDS, TOMBS, MAIL, LAPSES, DEBTS, OCTETS =
  P .. ':ends', P .. ':tombs', P .. ':mail', P .. ':laps', P .. ':debts', P .. ':octets'
local dirty, rang, woken, counts = false, 0, {}, {}

local function I(id) return P .. ':i:' .. id end
local function M(id) return P .. ':m:' .. id end
local function D(id) return P .. ':d:' .. id end
local function R(id) return P .. ':r:' .. id end
local function S(id) return P .. ':s:' .. id end
local function G(id) return P .. ':g:' .. id end
local function B(id, mid) return P .. ':b:' .. id .. mid end

local function count(what, by)
  dirty = true
  counts[what] = (counts[what] or 0) + by
end

-- Counts what an inbox takes, to the octet.
local function take(id, octets)
  dirty = true
  if octets == 0 then return end -- Lua has a nought below zero; Redis does not.
  call('HINCRBY', OCTETS, id, octets)
  count('used', octets)
end

local function wake(id) woken[#woken + 1] = id end

-- A head of a message: seq, received, kept, expires; octets of summary, content, raw; whether the edge has the blobs.
local function head(text) return struct.unpack('>I6I6I6I6I4I4I4B', text) end
local function octets_of(text)
  local _, _, _, _, summary, content, raw = head(text)
  return summary + content + raw + MESSAGE_OVERHEAD
end

-- A head of a record: seq, at, kept, octets.
local function record(text) return struct.unpack('>I6I6I6I4', text) end

-- A queue's member for a part of an inbox: ordered by inbox and number where times are equal.
local function member(id, seq, part) return id .. pack('>I6', seq) .. part end

-- Redis forgets keys itself should nobody ever come to purge them; it is the last guard, not the clock.
local function live(key, until_then) call('PEXPIRE', key, math.max(1, until_then - now + MARGIN)) end
local function live_as(id, key)
  local left = call('PTTL', I(id))
  if left > 0 then call('PEXPIRE', key, left) end
end

local function place(id)
  local there = call('HMGET', I(id), 'seq', 'until', 'expires')
  if there[1] and not (LOOKS and tonumber(there[3]) <= now) then return 'living', tonumber(there[1]) end
  if LOOKS and there[2] and tonumber(there[2]) <= now then return 'absent' end
  return (there[1] or there[2]) and 'gone' or 'absent'
end

-- Whether something that expires then is still here: a script that only looks finds what others would have dropped.
local function lasts(expires) return not LOOKS or expires > now end

-- Notes that the edge lacks a change of a living inbox; a debt that it has already is older.
local function owe(id, since)
  if edge and call('HSETNX', I(id), 'debt', since) == 1 then
    call('ZADD', DEBTS, since, id)
    dirty, rang = true, 1
  end
end

local function forget_deletions(id, at)
  local many = call('HLEN', D(id))
  if many <= INBOX_DELETIONS + DELETIONS_SLACK then return end
  local flat, all = call('HGETALL', D(id)), {}
  for i = 1, #flat, 2 do
    local seq, when, told = struct.unpack('>I6I6B', flat[i + 1])
    all[#all + 1] = { seq, flat[i], when, told }
  end
  table.sort(all, function(a, b) return a[1] < b[1] end)
  for i = 1, #all - INBOX_DELETIONS do
    if all[i][4] == 0 and all[i][3] + GONE_MEMORY > at then return end
    call('HDEL', D(id), all[i][2])
    take(id, -DELETION_OVERHEAD)
  end
end

-- Drops a message of a living inbox: deleted, expired or evicted. A change, remembered within the message's own room.
local function drop_message(id, seq, mid, at)
  call('ZREM', MAIL, member(id, seq, mid))
  dirty = true
  local text = call('HGET', M(id), mid)
  if not text or place(id) ~= 'living' then return end
  local given_back = octets_of(text) - DELETION_OVERHEAD
  call('HDEL', M(id), mid)
  call('DEL', B(id, mid))
  local number = call('HINCRBY', I(id), 'seq', 1)
  call('HSET', D(id), mid, pack('>I6I6B', number, at, 0))
  live_as(id, D(id))
  take(id, -given_back)
  count('evictable', -given_back)
  forget_deletions(id, at)
  owe(id, at)
  wake(id)
end

local function drop_record(id, seq, rid)
  call('ZREM', LAPSES, member(id, seq, rid))
  dirty = true
  local text = call('HGET', R(id), rid)
  if not text then return end
  local _, _, _, octets = record(text)
  call('HDEL', R(id), rid)
  call('HDEL', S(id), rid)
  take(id, -(octets + RECORD_OVERHEAD))
  count('records', -(octets + RECORD_OVERHEAD))
end

-- Forgets all that is counted of an inbox.
local function strike(id)
  count('used', -tonumber(call('HGET', OCTETS, id) or 0))
  call('HDEL', OCTETS, id)
end

-- Forgets an ended inbox. A debt that is still open lapses: the edge's copies had an end of their own, no later.
local function forget(id)
  call('ZREM', TOMBS, id)
  call('ZREM', DEBTS, id)
  call('DEL', I(id), G(id))
  strike(id)
end

-- Ends a living inbox: of it only id and key are left.
local function end_inbox(id, at)
  local key = call('HGET', I(id), 'key')
  call('ZREM', ENDS, id)
  call('ZREM', DEBTS, id)
  count('inboxes', -1)
  wake(id)
  if not key then return strike(id) end -- Redis has evicted it.
  local removed = {}
  local flat = call('HGETALL', D(id))
  for i = 1, #flat, 2 do
    local _, _, told = struct.unpack('>I6I6B', flat[i + 1])
    if told == 0 then removed[#removed + 1] = flat[i] end
  end
  flat = call('HGETALL', M(id))
  for i = 1, #flat, 2 do
    call('ZREM', MAIL, member(id, head(flat[i + 1]), flat[i]))
    call('DEL', B(id, flat[i]))
    count('evictable', DELETION_OVERHEAD - octets_of(flat[i + 1]))
    removed[#removed + 1] = flat[i]
  end
  flat = call('HGETALL', R(id))
  for i = 1, #flat, 2 do
    local seq, _, _, octets = record(flat[i + 1])
    call('ZREM', LAPSES, member(id, seq, flat[i]))
    count('records', -(octets + RECORD_OVERHEAD))
  end
  call('DEL', I(id), M(id), D(id), R(id), S(id))
  strike(id)
  local gone = at + GONE_MEMORY
  call('HSET', I(id), 'key', key, 'until', gone)
  call('ZADD', TOMBS, gone, id)
  take(id, TOMBSTONE_OVERHEAD)
  if edge then
    call('HSET', I(id), 'since', at)
    call('ZADD', DEBTS, at, id)
    rang = 1
    for _, mid in ipairs(removed) do call('SADD', G(id), mid) end
    take(id, #removed * DELETION_OVERHEAD)
    live(G(id), gone)
  end
  live(I(id), gone)
  if call('ZCARD', TOMBS) > TOMBSTONES then forget(call('ZRANGE', TOMBS, 0, 0)[1]) end
end

-- Drops what has expired, a bounded number of things at a time; whether all of it is dropped.
local function catch_up()
  local left = STEP
  local function due(queue, drop)
    if left == 0 then return end
    local flat = call('ZRANGEBYSCORE', queue, '-inf', now, 'WITHSCORES', 'LIMIT', 0, left)
    for i = 1, #flat, 2 do drop(flat[i], tonumber(flat[i + 1])) end
    left = left - #flat / 2
  end
  due(ENDS, end_inbox)
  due(TOMBS, forget)
  due(MAIL, function(it, at)
    drop_message(it:sub(1, 16), struct.unpack('>I6', it:sub(17, 22)), it:sub(23), at)
  end)
  due(LAPSES, function(it) drop_record(it:sub(1, 16), struct.unpack('>I6', it:sub(17, 22)), it:sub(23)) end)
  return left > 0
end

-- The shard's counts, with a number that grows with each change of them.
local function census()
  local all = call('HMGET', P, 'v', 'used', 'records', 'inboxes', 'evictable', 'evicted')
  local oldest = call('ZRANGE', DEBTS, 0, 0, 'WITHSCORES')
  local answer = {}
  for i = 1, 6 do answer[i] = tonumber(all[i] or 0) end
  answer[7], answer[8] = call('ZCARD', MAIL), call('ZCARD', DEBTS)
  answer[9] = oldest[2] and tonumber(oldest[2]) or -1
  return answer
end

-- Writes the counts and tells all nodes whom to wake. Every script ends with this.
local function answer(what, payload)
  local shown = false
  if dirty then
    call('HINCRBY', P, 'v', 1)
    for field, by in pairs(counts) do
      if by ~= 0 then call('HINCRBY', P, field, by) end
    end
    for _, queue in ipairs({ P, ENDS, TOMBS, MAIL, LAPSES, OCTETS }) do call('PEXPIRE', queue, QUEUE_LIFE) end
    shown = census()
  end
  local ids = table.concat(woken)
  if rang == 1 or #woken > 0 then call('PUBLISH', CHANGES, node .. string.char(rang) .. ids) end
  return { what, payload or false, shown, rang, ids }
end

if not LOOKS and not catch_up() then return answer('again') end
