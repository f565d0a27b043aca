package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.keyturn.file.FileKeyRingStore;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.KeyState;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code keyturn.rotation.every}: no scheduler, two replicas that both try, and a real LiveKit. */
@NeedsServer(ServerBinary.LIVEKIT)
class ServerRotatesIT {

    @TempDir
    Path folder;

    private KeyRing ring() {
        try {
            return new FileKeyRingStore(folder.resolve("ring.json")).read().orElseThrow().ring();
        } catch (KeyRingStoreException e) {
            throw new AssertionError(e);
        }
    }

    private KeyFile keyFile() {
        try {
            var file = folder.resolve("keys.yaml");
            return KeyFile.read(Files.exists(file) ? Files.readString(file) : "none: " + "x".repeat(32));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, String> pairs(KeyFile file) {
        var pairs = new LinkedHashMap<String, String>();
        file.pairs().forEach((key, secret) -> pairs.put(key.value(), secret.reveal()));
        return pairs;
    }

    @Test
    void two_servers_that_both_try_turn_the_key_once_and_say_so() {
        var settings = new HashMap<>(Map.of(
                "keyturn.ring.store", "file",
                "keyturn.ring.file.path", folder.resolve("ring.json").toString(),
                "keyturn.ring.refresh", "1s",
                "keyturn.rotation.period", "1s",
                "keyturn.rotation.settle", "100ms",
                "keyturn.rotation.target", "file",
                "keyturn.rotation.file.path", folder.resolve("keys.yaml").toString()));
        assertEquals(0, KeyturnProcess.run(settings, "", "init").status());
        var first = ring().active();
        try (var liveKit = LiveKitServer.start(Map.of(first.key().value(), first.secret().reveal()))) {
            settings.put("keyturn.rotation.nodes", liveKit.url());
            settings.put("keyturn.rotation.every", "1s");
            try (var one = KeyturnProcess.serve(settings); var two = KeyturnProcess.serve(settings)) {
                one.await("a key is staged and delivered", () -> keyFile().pairs().size() == 2);
                one.await("both know the ring", () -> one.metric("keyturn_rotation_phase{phase=\"staged\"") == 1
                        && two.metric("keyturn_rotation_phase{phase=\"staged\"") == 1);
                liveKit.restart(pairs(keyFile()));
                one.await("the new key signs", () -> one.metric("keyturn_rotation_phase{phase=\"retiring\"") == 1
                        && two.metric("keyturn_rotation_phase{phase=\"retiring\"") == 1);

                var turned = ring();
                assertEquals(3, turned.version(), turned::toString);
                assertEquals(first.key(), turned.in(KeyState.RETIRING).get(0).key());
                one.await("it holds the old one",
                        () -> one.metric("keyturn_rotation_runs_total{outcome=\"holding\"") > 0);
                assertEquals(4.0, one.metric("keyturn_rotation_runs_total{outcome=\"done\"")
                        + two.metric("keyturn_rotation_runs_total{outcome=\"done\""),
                        "delivered, staged, delivered, promoted");
            }
        }
    }
}
