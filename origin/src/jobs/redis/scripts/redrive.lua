local moved = 0
for _, entry in ipairs(redis.call('XRANGE', DEAD, '-', '+', 'COUNT', ARGV[9])) do
  local id = entry[2][2]
  local job = get(id)
  if job and depth(job.p) >= DEPTH then break end
  redis.call('XDEL', DEAD, entry[1])
  if job then
    job.a, job.n, job.r = 0, now, nil
    queue_up(id, job, now)
    moved = moved + 1
  end
end
return moved
