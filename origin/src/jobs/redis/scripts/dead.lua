local out = {}
for _, entry in ipairs(redis.call('XREVRANGE', DEAD, '+', '-', 'COUNT', ARGV[9])) do
  local id = entry[2][2]
  local job = get(id)
  if job then out[#out + 1] = { id, job.p, job.a, job.r, job.t } end
end
return out
