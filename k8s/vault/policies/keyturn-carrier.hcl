# Whoever carries the key file to LiveKit reads it, and nothing else.
path "secret/data/keyturn/livekit" { capabilities = ["read"] }
path "auth/token/lookup-self"      { capabilities = ["read"] }
path "auth/token/renew-self"       { capabilities = ["update"] }
path "auth/token/revoke-self"      { capabilities = ["update"] }
