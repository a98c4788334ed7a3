-- Sets a later end of an inbox, and its messages' with it.
local id, later = ARGV[4], tonumber(ARGV[5])
local what = place(id)
if what ~= 'living' then return answer(what) end
dirty = true -- As in put: WAIT tells of what its own connection wrote.
if later > tonumber(call('HGET', I(id), 'expires')) then
  call('HSET', I(id), 'expires', later, 'extended', now)
  call('ZADD', ENDS, later, id)
  local flat = call('HGETALL', M(id))
  for i = 1, #flat, 2 do
    local seq, received, kept, expires, summary, content, raw, told = head(flat[i + 1])
    local moved = math.min(received + INBOX_LIFE, later)
    if moved ~= expires then
      local text = pack('>I6I6I6I6I4I4I4B', seq, received, kept, moved, summary, content, raw, told)
      call('HSET', M(id), flat[i], text)
      call('ZADD', MAIL, moved, member(id, seq, flat[i]))
      live(B(id, flat[i]), moved)
    end
  end
  for _, key in ipairs({ I(id), M(id), D(id), R(id), S(id) }) do live(key, later + GONE_MEMORY) end
  owe(id, now)
end
return answer('ok', call('HMGET', I(id), 'rth', 'addr', 'domain', 'created', 'expires', 'seq', 'wk'))
