# Without a cluster: Vault Agent beside LiveKit writes the key file that the rotator delivered, and restarts LiveKit.
# Run `vault agent -config=vault-agent.hcl` as a service, as the user that owns the file and may restart LiveKit.
# See docs/vault-target.md.

vault {
  address = "https://vault.example.com:8200"
  # ca_cert = "/etc/livekit/vault-ca.pem"
}

auto_auth {
  method "approle" {
    config = {
      role_id_file_path                   = "/etc/livekit/vault-role-id"
      secret_id_file_path                 = "/etc/livekit/vault-secret-id"
      remove_secret_id_file_after_reading = false # or a restarted agent could not log in
    }
  }
}

template_config {
  static_secret_render_interval = "1m" # how often it looks; 5m if not set
}

template {
  # A missing field must fail: rendered as it is, it would leave "<no value>" for a key file.
  contents = <<EOT
{{- with secret "secret/data/keyturn/livekit" -}}
{{- with index .Data.data "keys.yaml" -}}{{ . }}
{{- else -}}{{ sprig_fail "the secret has no field keys.yaml" }}{{- end -}}
{{- end -}}
EOT
  destination = "/etc/livekit/keys.yaml" # LiveKit's key_file; replaced as a whole
  perms       = "0600"                   # LiveKit refuses a file that others may read

  # After each change. Nothing depends on its status: Keyturn asks LiveKit which keys it accepts.
  exec {
    command = ["systemctl", "restart", "livekit"]
  }
}
