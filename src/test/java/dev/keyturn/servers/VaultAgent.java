package dev.keyturn.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Vault's agent with the example of k8s/rotation/, which looks every second here and notes each restart in a file. */
public final class VaultAgent implements AutoCloseable {

    private static final Path EXAMPLE = Path.of("k8s/rotation/vault-agent.hcl");

    private final ServerProcess process;
    private final Path restarts;

    private VaultAgent(ServerProcess process, Path restarts) {
        this.process = process;
        this.restarts = restarts;
    }

    /**
     * @param role    its login
     * @param path    of the secret that holds the key file, within {@code secret/}
     * @param keyFile that it writes
     */
    public static VaultAgent start(VaultServer vault, VaultApi.AppRole role, String path, Path keyFile) {
        var folder = ServerProcess.folder("vault-agent");
        var restarts = folder.resolve("restarts");
        try {
            Files.writeString(folder.resolve("vault-role-id"), role.roleId());
            Files.writeString(folder.resolve("vault-secret-id"), role.secretId());
            var config = Files.readString(EXAMPLE);
            for (var change : List.of(
                    List.of("https://vault.example.com:8200", vault.url()),
                    List.of("/etc/livekit/keys.yaml", keyFile.toString()),
                    List.of("/etc/livekit", folder.toString()),
                    List.of("keyturn/livekit", path),
                    List.of("\"1m\"", "\"1s\""),
                    List.of("\"systemctl\", \"restart\", \"livekit\"",
                            "\"sh\", \"-c\", \"echo restarted >> " + restarts + "\""))) {
                if (!config.contains(change.get(0))) {
                    throw new IllegalStateException(EXAMPLE + " no longer holds " + change.get(0));
                }
                config = config.replace(change.get(0), change.get(1));
            }
            Files.writeString(folder.resolve("agent.hcl"), config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new VaultAgent(ServerProcess.start(ServerBinary.VAULT.path(), List.of("agent", "-config=agent.hcl"),
                Map.of(), folder), restarts);
    }

    /** Waits until it has done what a test waits for; a failure shows its log. */
    public void await(BooleanSupplier done) {
        process.awaitReady(done);
    }

    /** How often it would have restarted LiveKit. */
    public long restarts() {
        try {
            return Files.exists(restarts) ? Files.readAllLines(restarts).size() : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that it has printed. */
    public String log() {
        return process.log();
    }

    @Override
    public void close() {
        process.stop();
    }
}
