-- The key of an hour, drawn by whoever comes first: keys, hour, what was drawn. Without an end, so that Redis never evicts it
-- before the mail that needs it. Always written: WAIT tells of what its own connection wrote.
local key = redis.call('HGET', KEYS[1], ARGV[1]) or ARGV[2]
redis.call('HSET', KEYS[1], ARGV[1], key)
return key
