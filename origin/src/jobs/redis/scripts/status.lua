local waiting, later, running, oldest = {}, 0, 0, -1
for p = 0, 3 do
  local due = redis.call('ZCOUNT', delayed(p), '-inf', now)
  later = later + redis.call('ZCARD', delayed(p)) - due
  waiting[p + 1] = due
  local first = due > 0 and tonumber(redis.call('ZRANGE', delayed(p), 0, 0, 'WITHSCORES')[2])
  if first and (oldest < 0 or first < oldest) then oldest = first end
  if is_open(p) then
    local pending = redis.call('XPENDING', line(p), GROUP)[1]
    waiting[p + 1] = due + redis.call('XLEN', line(p)) - pending
    running = running + pending
    local group = redis.call('XINFO', 'GROUPS', line(p))[1]
    local last
    for i = 1, #group, 2 do
      if group[i] == 'last-delivered-id' then last = group[i + 1] end
    end
    local head = redis.call('XRANGE', line(p), '(' .. last, '+', 'COUNT', 1)[1]
    local job = head and get(head[2][2])
    if job and (oldest < 0 or job.t < oldest) then oldest = job.t end
  end
end
local age = -1
if oldest >= 0 then age = math.max(0, now - oldest) end
local count = redis.call('HMGET', META, 'stalled', 'lapsed', 'refused', 'forgotten', 'paused')
local function number(value) return tonumber(value or '0') end
return {
  waiting[1], waiting[2], waiting[3], waiting[4], later, running, redis.call('XLEN', DEAD), age,
  number(count[1]), number(count[2]), number(count[3]), number(count[4]), number(count[5]),
}
