if ARGV[9] == 'paused' then
  redis.call('HSET', META, 'paused', 1)
else
  redis.call('HDEL', META, 'paused')
end
return 1
