package dev.keyturn.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;

/** Vault's agent with an example of ours, which looks every second here; in a file it notes what it would have run. */
public final class VaultAgent implements AutoCloseable {

    private static final String NOTES = "notes";
    private static final Path CARRIER = Path.of("k8s/vault/agent/vault-agent.hcl");

    private final ServerProcess process;
    private final Path notes;

    private VaultAgent(ServerProcess process, Path notes) {
        this.process = process;
        this.notes = notes;
    }

    /**
     * The one of k8s/vault/agent/, which writes LiveKit's key file and notes each restart.
     *
     * @param role    its login
     * @param path    of the secret that holds the key file, within {@code secret/}
     * @param keyFile that it writes
     */
    public static VaultAgent start(VaultServer vault, VaultApi.AppRole role, String path, Path keyFile) {
        var folder = ServerProcess.folder("vault-agent");
        try {
            return start(folder, vault, role, Files.readString(CARRIER), List.of(
                    List.of("/etc/livekit/keys.yaml", keyFile.toString()),
                    List.of("/etc/livekit", folder.toString()),
                    List.of("keyturn/livekit", path),
                    List.of("\"systemctl\", \"restart\", \"livekit\"",
                            "\"sh\", \"-c\", \"echo restarted >> " + NOTES + "\"")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * One that runs a LiveKit agent.
     *
     * @param example of docs/agents.md
     * @param path    of the ring, within {@code secret/}
     * @param script  a shell's, in place of the agent; what it appends to {@value #NOTES} is noted
     */
    public static VaultAgent supervise(
            VaultServer vault, VaultApi.AppRole role, String example, String path, String script) {
        var folder = ServerProcess.folder("vault-agent");
        try {
            Files.writeString(folder.resolve("agent.sh"), script);
            return start(folder, vault, role, example, List.of(
                    List.of("/etc/agent", folder.toString()),
                    List.of("keyturn/ring", path),
                    List.of("\"python\", \"agent.py\", \"start\"", "\"sh\", \"agent.sh\"")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static VaultAgent start(Path folder, VaultServer vault, VaultApi.AppRole role, String example,
            List<List<String>> changes) throws IOException {
        Files.writeString(folder.resolve("vault-role-id"), role.roleId());
        Files.writeString(folder.resolve("vault-secret-id"), role.secretId());
        var all = new ArrayList<>(changes);
        all.add(List.of("https://vault.example.com:8200", vault.url()));
        all.add(List.of("\"1m\"", "\"1s\""));
        for (var change : all) {
            if (!example.contains(change.get(0))) {
                throw new IllegalStateException("the example no longer holds " + change.get(0));
            }
            example = example.replace(change.get(0), change.get(1));
        }
        Files.writeString(folder.resolve("agent.hcl"), example);
        return new VaultAgent(ServerProcess.start(ServerBinary.VAULT.path(), List.of("agent", "-config=agent.hcl"),
                Map.of(), folder), folder.resolve(NOTES));
    }

    /** Waits until it has done what a test waits for; a failure shows its log. */
    public void await(BooleanSupplier done) {
        process.awaitReady(done);
    }

    /** How often it would have restarted LiveKit. */
    public long restarts() {
        return notes().size();
    }

    /** The lines that were noted so far. */
    public List<String> notes() {
        try {
            return Files.exists(notes) ? Files.readAllLines(notes) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its exit status, if it ends within this time. */
    public OptionalInt status(Duration within) {
        return process.status(within);
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
