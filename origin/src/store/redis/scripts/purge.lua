-- Drops what has expired (the prelude has done it by now); tells when the next thing will.
local soonest = -1
for _, queue in ipairs({ ENDS, TOMBS, MAIL, LAPSES }) do
  local at = tonumber(call('ZRANGE', queue, 0, 0, 'WITHSCORES')[2] or -1)
  if at >= 0 and (soonest < 0 or at < soonest) then soonest = at end
end
return answer('ok', { soonest })
