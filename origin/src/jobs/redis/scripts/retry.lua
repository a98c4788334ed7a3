local id, delay = ARGV[9], tonumber(ARGV[11])
local job = claimed(id, tonumber(ARGV[10]))
if not job then return 0 end
remove(job.p, job.e)
stand(id, job, now + delay)
return 1
