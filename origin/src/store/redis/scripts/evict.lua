-- Drops a message, as the queue has it, to make room: the last guard.
local it = ARGV[4]
local there = call('ZSCORE', MAIL, it)
if not there then return answer('absent') end
drop_message(it:sub(1, 16), struct.unpack('>I6', it:sub(17, 22)), it:sub(23), now)
count('evicted', 1)
return answer('ok')
