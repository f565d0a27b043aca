# What the rotator needs besides keyturn-rotator where LiveKit's key file goes to Vault (keyturn.rotation.target=vault).
path "secret/data/keyturn/livekit"     { capabilities = ["read", "update"] }
path "secret/metadata/keyturn/livekit" { capabilities = ["read"] }
path "secret/destroy/keyturn/livekit"  { capabilities = ["update"] }
