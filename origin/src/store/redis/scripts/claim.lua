-- Gives an address to an inbox, unless it is another's: inbox, now, how long, and the holder that is known to be
-- forgotten or an empty text. What is written is the inbox and when it took it.
local held = redis.call('GET', KEYS[1])
local mine = held and held:sub(1, 16) == ARGV[1]
if held and not mine and held ~= ARGV[4] then return held end
local life = math.max(tonumber(ARGV[3]), redis.call('PTTL', KEYS[1]))
redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'PX', life)
return mine and 'mine' or 'fresh'
