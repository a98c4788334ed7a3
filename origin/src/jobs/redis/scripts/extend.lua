local id = ARGV[9]
local job = claimed(id, tonumber(ARGV[10]))
if not job then return 0 end
job.t = now + VISIBILITY
put(id, job)
claim(job, now)
return 1
