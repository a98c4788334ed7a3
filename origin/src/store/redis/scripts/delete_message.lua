-- Deletes one message of an inbox.
local id, mid = ARGV[4], ARGV[5]
local what = place(id)
if what ~= 'living' then return answer(what) end
local text = call('HGET', M(id), mid)
if not text then return answer('absent') end
drop_message(id, (head(text)), mid, now)
return answer('ok', { tonumber(call('HGET', I(id), 'seq')) })
