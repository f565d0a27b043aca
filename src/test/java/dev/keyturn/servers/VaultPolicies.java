package dev.keyturn.servers;

/** The policies of docs/vault.md and docs/vault-target.md, for {@code secret/keyturn/ring} and {@code …/livekit}. */
public final class VaultPolicies {

    /** A serving replica's: it reads the ring, and nothing else. */
    public static final String SERVING = """
            path "secret/data/keyturn/ring" { capabilities = ["read"] }
            """;

    /** What {@code init} and the rotator need: ring and key file, their settings, and destroying their old versions. */
    public static final String ROTATOR = """
            path "secret/data/keyturn/ring"        { capabilities = ["create", "update", "read"] }
            path "secret/metadata/keyturn/ring"    { capabilities = ["create", "update", "read"] }
            path "secret/destroy/keyturn/ring"     { capabilities = ["update"] }
            path "secret/data/keyturn/livekit"     { capabilities = ["create", "update", "read"] }
            path "secret/metadata/keyturn/livekit" { capabilities = ["create", "update", "read"] }
            path "secret/destroy/keyturn/livekit"  { capabilities = ["update"] }
            """;

    /** Of whoever carries the key file to LiveKit. */
    public static final String CARRIER = """
            path "secret/data/keyturn/livekit" { capabilities = ["read"] }
            """;

    private VaultPolicies() {}
}
