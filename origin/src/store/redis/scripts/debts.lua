-- The oldest debts of the shard, so many.
local many = tonumber(ARGV[4])
if many == 0 then return answer('ok', {}) end
return answer('ok', call('ZRANGE', DEBTS, 0, many - 1, 'WITHSCORES'))
