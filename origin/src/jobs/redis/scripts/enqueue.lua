local id, p, delay, life, payload = ARGV[9], tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12]), ARGV[13]
local done = redis.call('ZSCORE', DONE, id)
if redis.call('HEXISTS', JOBS, id) == 1 or (done and now - done < REMEMBER) then
  -- A write, so that WAIT covers the one that made it known, whichever connection that came by.
  redis.call('HINCRBY', META, 'known', 1)
  return { 'known' }
end
local stands = depth(p)
if stands >= DEPTH then
  redis.call('HINCRBY', META, 'refused', 1)
  return { 'full', stands }
end
local lapse = -1
if life >= 0 then lapse = now + life end
stand(id, { p = p, y = payload, n = now, l = lapse, a = 0 }, now + delay)
return { 'new' }
