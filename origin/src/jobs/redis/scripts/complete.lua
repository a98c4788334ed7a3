local id = ARGV[9]
local job = claimed(id, tonumber(ARGV[10]))
if not job then return 0 end
remove(job.p, job.e)
redis.call('HDEL', JOBS, id)
redis.call('ZADD', DONE, now, id)
local old = redis.call('ZRANGE', DONE, '-inf', now - REMEMBER, 'BYSCORE', 'LIMIT', 0, MOVES)
if #old > 0 then redis.call('ZREM', DONE, unpack(old)) end
local over = redis.call('ZCARD', DONE) - REMEMBERED
if over > 0 then redis.call('ZREMRANGEBYRANK', DONE, 0, math.min(over, MOVES) - 1) end
return 1
