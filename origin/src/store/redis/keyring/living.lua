-- All hours' keys, once those of the hours before this one are destroyed: keys, hour.
local flat = redis.call('HGETALL', KEYS[1])
local living = {}
for i = 1, #flat, 2 do
  if tonumber(flat[i]) < tonumber(ARGV[1]) then
    redis.call('HDEL', KEYS[1], flat[i])
  else
    living[#living + 1] = flat[i]
    living[#living + 1] = flat[i + 1]
  end
end
return living
