-- Sets an address free that an inbox took at that time.
if redis.call('GET', KEYS[1]) == ARGV[1] .. ARGV[2] then redis.call('DEL', KEYS[1]) end
return 'ok'
