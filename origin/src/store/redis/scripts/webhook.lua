-- An inbox's webhook in one line, or nothing.
local id = ARGV[4]
local what = place(id)
if what ~= 'living' then return answer(what) end
return answer('ok', { call('HGET', I(id), 'hook') or '' })
