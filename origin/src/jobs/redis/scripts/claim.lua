local limit, turns = tonumber(ARGV[9]), ARGV[10]
local out, taken, lapses = {}, 0, 0
if redis.call('HGET', META, 'paused') then return { now, -1, 0, out } end

for p = 0, 3 do
  local due = redis.call('ZRANGE', delayed(p), '-inf', now, 'BYSCORE', 'LIMIT', 0, MOVES, 'WITHSCORES')
  for i = 1, #due, 2 do
    redis.call('ZREM', delayed(p), due[i])
    local job = get(due[i])
    if job then queue_up(due[i], job, tonumber(due[i + 1])) end
  end
end

local bucket, room = 0, limit
local function space() return math.max(0, math.floor((1000000 - math.max(0, bucket - now * 1000)) / DROP)) end
if DROP > 0 then
  bucket = tonumber(redis.call('HGET', META, 'bucket') or '0')
  room = math.min(limit, space())
end

local function hand_out(id, job, entry)
  job.k, job.a, job.s, job.e = redis.call('HINCRBY', META, 'ticket', 1), job.a + 1, 'running', entry
  job.t = now + VISIBILITY
  put(id, job)
  claim(job, now)
  out[#out + 1] = { id, job.p, job.y, job.a, job.n, job.k }
end

-- Claims that have ended, in the order that the jobs stood in the line.
local idle = server - now + VISIBILITY
for p = 0, 3 do
  local cursor, rounds = '0-0', 0
  while #out < room and rounds < MOVES and is_open(p) do
    local ended = redis.call('XAUTOCLAIM', line(p), GROUP, WORKER, idle, cursor, 'COUNT', room - #out)
    for _, entry in ipairs(ended[2]) do
      local id = entry[2][2]
      local job = get(id)
      if job and job.t > now then
        -- The clock that XAUTOCLAIM reads runs on while a script runs: some milliseconds early is not late.
        claim(job, job.t - VISIBILITY)
      else
        redis.call('HINCRBY', META, 'stalled', 1)
        if job and job.a < ATTEMPTS then
          hand_out(id, job, entry[1])
        else
          remove(p, entry[1])
          if job then lay(id, job, 'stalled') end
        end
      end
    end
    cursor, rounds = ended[1], rounds + 1
    if cursor == '0-0' then break end
  end
end

local empty = {}
local function pop(p)
  if empty[p] then return nil end
  local read = is_open(p) and redis.call('XREADGROUP', 'GROUP', GROUP, WORKER, 'COUNT', 1, 'STREAMS', line(p), '>')
  if read then return read[1][2][1] end
  empty[p] = true
end
-- The turn's own line, then the others from the most urgent on.
local function next_of(turn)
  local entry = pop(turn)
  if entry then return entry, turn end
  for p = 0, 3 do
    entry = pop(p)
    if entry then return entry, p end
  end
end
while #out < room and lapses < MOVES do
  local entry, p = next_of(tonumber(string.sub(turns, taken + 1, taken + 1)))
  if not entry then break end
  local id = entry[2][2]
  local job = get(id)
  if not job then
    remove(p, entry[1])
  elseif job.l >= 0 and job.l <= now then
    remove(p, entry[1])
    redis.call('HDEL', JOBS, id)
    redis.call('HINCRBY', META, 'lapsed', 1)
    lapses = lapses + 1
  else
    taken = taken + 1
    hand_out(id, job, entry[1])
  end
end

local held = now
if DROP > 0 then
  if #out > 0 then
    bucket = math.max(bucket, now * 1000) + DROP * #out
    redis.call('HSET', META, 'bucket', string.format('%.0f', bucket))
  end
  if space() == 0 then
    held = now + math.ceil((math.max(0, bucket - now * 1000) + DROP - 1000000) / 1000)
  end
end
local more = -1
local function may(at)
  if more < 0 or at < more then more = at end
end
for p = 0, 3 do
  if is_open(p) and redis.call('XLEN', line(p)) > redis.call('XPENDING', line(p), GROUP)[1] then may(held) end
  local first = redis.call('ZRANGE', delayed(p), 0, 0, 'WITHSCORES')
  if first[2] then may(math.max(tonumber(first[2]), held)) end
end
return { now, more, taken, out }
