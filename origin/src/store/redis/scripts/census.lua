-- How the shard stands.
return answer('ok', census())
