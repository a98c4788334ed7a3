-- Ends an inbox at once.
local id = ARGV[4]
local what = place(id)
if what ~= 'living' then return answer(what) end
end_inbox(id, now)
return answer('ok')
