-- One request of one client. KEYS[1]: the times that were admitted, oldest first, each an integer, which Redis packs into
-- nine octets. ARGV: now, the window and the most in it. Answers {admitted, remaining or 0, until the oldest leaves it}.
local now, window, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local newest = tonumber(redis.call('LINDEX', KEYS[1], -1) or 0)
if newest > now then
  now = newest
end
local oldest = tonumber(redis.call('LINDEX', KEYS[1], 0) or now)
while now - oldest >= window do
  redis.call('LPOP', KEYS[1])
  oldest = tonumber(redis.call('LINDEX', KEYS[1], 0) or now)
end
local held = redis.call('LLEN', KEYS[1])
if held >= most then
  return {0, 0, oldest + window - now}
end
redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], 2 * window)
return {1, most - held - 1, oldest + window - now}
