# A serving replica reads the ring, and nothing else.
path "secret/data/keyturn/ring" { capabilities = ["read"] }
path "auth/token/renew-self"    { capabilities = ["update"] }
