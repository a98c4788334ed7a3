-- Changes of an inbox: after nothing ('a'), a number ('n') or an instant ('t'), at most so many messages. A listing that
-- stops short stops right before the first message that it leaves out: later deletions are not in it either.
local id, kind, point, limit = ARGV[4], ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
local what, last = place(id)
if what ~= 'living' then return answer(what) end
local flat, all, after = call('HGETALL', M(id)), {}, 0
if kind == 'n' then after = point end
for i = 1, #flat, 2 do
  local seq, received, _, expires = head(flat[i + 1])
  local news = seq > after
  if kind == 't' then
    news = received > point
    if not news then after = math.max(after, seq) end
  end
  if news and lasts(expires) then all[#all + 1] = { seq, flat[i], flat[i + 1] } end
end
table.sort(all, function(a, b) return a[1] < b[1] end)
local shown = {}
for i = 1, math.min(limit, #all) do
  local _, _, _, _, summary = head(all[i][3])
  shown[i] = { all[i][2], all[i][3], call('GETRANGE', B(id, all[i][2]), 0, summary - 1) }
end
local horizon = all[limit + 1] and all[limit + 1][1] or -1
return answer('ok', { last, after, horizon, shown, call('HGETALL', D(id)) })
