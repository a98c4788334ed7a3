local id = ARGV[9]
local job = claimed(id, tonumber(ARGV[10]))
if not job then return 0 end
remove(job.p, job.e)
lay(id, job, ARGV[11])
return 1
