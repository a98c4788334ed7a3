-- The message of the shard that expires next: when, and as the queue has it.
local first = call('ZRANGE', MAIL, 0, 0, 'WITHSCORES')
return answer('ok', first)
