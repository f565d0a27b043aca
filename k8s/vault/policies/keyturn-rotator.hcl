# `keyturn init` and the rotator write the ring, and destroy its old versions, which still hold dropped keys. They can
# neither make it where nobody prepared it ("create") nor change its settings, such as cas_required.
path "secret/data/keyturn/ring"     { capabilities = ["read", "update"] }
path "secret/metadata/keyturn/ring" { capabilities = ["read"] }
path "secret/destroy/keyturn/ring"  { capabilities = ["update"] }
path "auth/token/renew-self"        { capabilities = ["update"] }
