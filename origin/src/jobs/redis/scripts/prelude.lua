-- One queue: all its keys begin with KEYS[1] and lie in one slot. None has an end: volatile-ttl evicts none of them.
--   :p0 … :p3  streams, one a priority, each with one group: what waits, and what is claimed (pending)
--   :d0 … :d3  what is delayed, by when its time comes
--   :jobs      each job that is in the queue or dead, by id
--   :dead      the dead, a stream; :done  ids of what is done, by when; :meta  counts, the rate's bucket, the flow
local P = KEYS[1]
local JOBS, DEAD, DONE, META = P .. ':jobs', P .. ':dead', P .. ':done', P .. ':meta'
local GROUP, WORKER = 'workers', 'worker'

local clock = redis.call('TIME')
local server = clock[1] * 1000 + math.floor(clock[2] / 1000)
-- Nodes' clocks differ and stand still while a machine is suspended; the server's is one. A test brings its own.
local now = tonumber(ARGV[1])
if now < 0 then now = server end
local DEPTH, DEAD_LIMIT, VISIBILITY = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local ATTEMPTS, REMEMBER, REMEMBERED = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local DROP = tonumber(ARGV[8])

local function line(p) return P .. ':p' .. p end
local function delayed(p) return P .. ':d' .. p end

local function get(id)
  local record = redis.call('HGET', JOBS, id)
  return record and cmsgpack.unpack(record)
end

-- A job: p priority, y payload, n enqueued, l lapse (-1 never), a attempts, s state, t since, until or at, e entry, k ticket, r reason.
local function put(id, job) redis.call('HSET', JOBS, id, cmsgpack.pack(job)) end

local function is_open(p) return redis.call('EXISTS', line(p)) == 1 end

local function depth(p) return redis.call('XLEN', line(p)) + redis.call('ZCARD', delayed(p)) end

local function queue_up(id, job, since)
  if not is_open(job.p) then redis.call('XGROUP', 'CREATE', line(job.p), GROUP, '0', 'MKSTREAM') end
  job.s, job.t = 'waiting', since
  job.e = redis.call('XADD', line(job.p), '*', 'id', id)
  put(id, job)
end

local function stand(id, job, at)
  if at <= now then return queue_up(id, job, now) end
  job.s, job.t = 'delayed', at
  redis.call('ZADD', delayed(job.p), at, id)
  put(id, job)
end

local function remove(p, entry)
  redis.call('XACK', line(p), GROUP, entry)
  redis.call('XDEL', line(p), entry)
end

-- A claim, as made at that time.
local function claim(job, at)
  redis.call('XCLAIM', line(job.p), GROUP, WORKER, 0, job.e, 'TIME', at, 'JUSTID')
end

-- The job of a claim that is not void.
local function claimed(id, ticket)
  local job = get(id)
  return job and job.s == 'running' and job.k == ticket and job
end

local function lay(id, job, reason)
  job.s, job.t, job.r = 'dead', now, reason
  put(id, job)
  redis.call('XADD', DEAD, '*', 'id', id)
  local over = redis.call('XLEN', DEAD) - DEAD_LIMIT
  if over <= 0 then return end
  for _, oldest in ipairs(redis.call('XRANGE', DEAD, '-', '+', 'COUNT', math.min(over, MOVES))) do
    redis.call('XDEL', DEAD, oldest[1])
    redis.call('HDEL', JOBS, oldest[2][2])
    redis.call('HINCRBY', META, 'forgotten', 1)
  end
end
