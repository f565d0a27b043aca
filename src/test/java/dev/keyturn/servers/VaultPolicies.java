package dev.keyturn.servers;

/** The two policies of docs/vault.md, for the ring at {@code secret/keyturn/ring}. */
public final class VaultPolicies {

    /** A serving replica's: it reads the ring, and nothing else. */
    public static final String SERVING = """
            path "secret/data/keyturn/ring" { capabilities = ["read"] }
            """;

    /** What {@code init} and the rotator need: the ring, its settings, and destroying its old versions. */
    public static final String ROTATOR = """
            path "secret/data/keyturn/ring"     { capabilities = ["create", "update", "read"] }
            path "secret/metadata/keyturn/ring" { capabilities = ["create", "update", "read"] }
            path "secret/destroy/keyturn/ring"  { capabilities = ["update"] }
            """;

    private VaultPolicies() {}
}
