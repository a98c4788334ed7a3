-- One part of a message: its summary with its head ('h'), or its summary, content or raw octets ('s', 'c', 'r').
local id, mid, part = ARGV[4], ARGV[5], ARGV[6]
local what = place(id)
if what ~= 'living' then return answer(what) end
local text = call('HGET', M(id), mid)
if not text then return answer('absent') end
local seq, _, _, expires, summary, content, raw = head(text)
if not lasts(expires) then return answer('absent') end
if call('EXISTS', B(id, mid)) == 0 then -- Redis has evicted it: readers and the edge are to learn of it.
  if not LOOKS then drop_message(id, seq, mid, now) end
  return answer('absent')
end
local from, length = 0, summary
if part == 'c' then from, length = summary, content end
if part == 'r' then from, length = summary + content, raw end
local octets = length > 0 and call('GETRANGE', B(id, mid), from, from + length - 1) or ''
return answer('ok', { text, octets })
