package dev.keyturn.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The policies of k8s/vault/policies/, for {@code secret/keyturn/ring} and {@code …/livekit}. They write only where
 * someone has prepared the place ({@link VaultApi#prepare}).
 */
public final class VaultPolicies {

    /** A serving replica's: it reads the ring, and nothing else. */
    public static final String SERVING = file("keyturn-serving");

    /** What {@code init} and the rotator need, for the ring and for the key file. */
    public static final String ROTATOR = file("keyturn-rotator") + file("keyturn-delivery");

    /** Of whoever carries the key file to LiveKit. */
    public static final String CARRIER = file("keyturn-carrier");

    private VaultPolicies() {}

    /** The text of the policy of this name. */
    public static String file(String name) {
        try {
            return Files.readString(Path.of("k8s/vault/policies", name + ".hcl"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
