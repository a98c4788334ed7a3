local job = claimed(ARGV[9], tonumber(ARGV[10]))
if not job then return 0 end
local beat = { 'XCLAIM', line(job.p), GROUP, WORKER, 0, job.e, 'TIME', now, 'JUSTID' }
redis.call(unpack(beat))
return 1
