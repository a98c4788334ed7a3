-- Keeps an address for its inbox for so long at least.
local held = redis.call('GET', KEYS[1])
if not held or held:sub(1, 16) ~= ARGV[1] then return 'lost' end
redis.call('PEXPIRE', KEYS[1], math.max(tonumber(ARGV[2]), redis.call('PTTL', KEYS[1])))
return 'ok'
