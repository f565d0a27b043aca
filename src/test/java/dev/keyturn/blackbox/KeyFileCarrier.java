package dev.keyturn.blackbox;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.VaultApi;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands in for Vault Agent or the Vault Secrets Operator and for a stateful set: looks at the document in Vault, and
 * when it has changed restarts LiveKit's nodes on the new key file, one after another, each once the one before is up.
 */
final class KeyFileCarrier implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(250);
    /** For those who are in a node's rooms; a real one has hours, and its clients move on sooner or later. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final VaultApi vault;
    private final List<LiveKitServer> nodes;
    private final List<Duration> restarts = new CopyOnWriteArrayList<>();
    private final Thread thread = new Thread(this::carry, "carrier");
    private volatile Carried carried;
    private volatile Throwable failure;

    /** @param first the one key that the nodes were started with */
    KeyFileCarrier(VaultApi vault, List<LiveKitServer> nodes, KeyFile first) {
        this.vault = vault;
        this.nodes = nodes;
        var keys = List.copyOf(first.pairs().keySet());
        this.carried = new Carried(first.text(), keys, keys.get(0), true);
        thread.start();
    }

    /**
     * What the nodes run with, or are about to.
     *
     * @param keys       in the order of the file
     * @param newest     of all keys that were ever carried
     * @param everywhere whether all nodes do
     */
    record Carried(String text, List<ApiKey> keys, ApiKey newest, boolean everywhere) {

        Carried next(String text) {
            var next = List.copyOf(KeyFile.read(text).pairs().keySet());
            var unseen = next.stream().filter(key -> !keys.contains(key)).findFirst().orElse(newest);
            return new Carried(text, next, unseen, false);
        }

        Carried arrived() {
            return new Carried(text, keys, newest, true);
        }

        /** For people: {@code all nodes on [old, new]}. */
        String phase() {
            var roles = keys.stream().map(key -> key.equals(newest) ? "new" : "old").toList();
            return everywhere ? "all nodes on " + roles : "restarting on " + roles;
        }
    }

    /** The text of the key file that is in Vault now. */
    static String inVault(VaultApi vault) {
        return vault.get("secret/data/keyturn/livekit").at("/data/data/keys.yaml").asText();
    }

    Carried carried() {
        return carried;
    }

    /** How long each restart of all nodes took. */
    List<Duration> restarts() {
        return restarts;
    }

    /** @throws AssertionError if it has failed */
    void check() {
        if (failure != null) {
            throw new AssertionError("nobody carries the key file to LiveKit any more", failure);
        }
    }

    private void carry() {
        try {
            while (true) {
                var text = inVault(vault);
                if (!text.equals(carried.text)) {
                    carried = carried.next(text);
                    var began = System.nanoTime();
                    for (var node : nodes) {
                        Files.writeString(node.keyFile(), text);
                        node.restart(GRACE);
                    }
                    restarts.add(Duration.ofNanos(System.nanoTime() - began));
                    carried = carried.arrived();
                }
                Thread.sleep(POLL.toMillis());
            }
        } catch (InterruptedException closing) {
            // the end
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        }
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }
}
