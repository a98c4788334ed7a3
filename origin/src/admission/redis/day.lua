-- The key of one day: the one that is there, or the one that was drawn. ARGV: the drawn one, or nothing to ask alone; for
-- how long it is kept.
local key = redis.call('GET', KEYS[1])
if not key and ARGV[1] ~= '' then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  key = ARGV[1]
end
return key or ''
