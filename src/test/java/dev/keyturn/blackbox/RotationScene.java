package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingDocument;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.policy.Grant;
import dev.keyturn.policy.RoomConfig;
import dev.keyturn.policy.VideoGrants;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.servers.KeyturnCommand;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.RedisServer;
import dev.keyturn.servers.VaultPolicies;
import dev.keyturn.servers.VaultServer;
import dev.keyturn.tokens.TokenWriter;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * All that takes part in a turn of the keys, for real: a Vault, a LiveKit of three nodes joined by Redis, three
 * replicas of Keyturn, each with the rights that the documents give it, and who carries the key file to LiveKit.
 */
final class RotationScene implements AutoCloseable {

    private static final int NODES = 3;
    private static final int REPLICAS = 3;

    final List<LiveKitServer> nodes;
    final List<KeyturnProcess> replicas;
    final KeyFileCarrier carrier;
    private final VaultServer vault;
    private final Map<String, String> rotator;
    private final Deque<AutoCloseable> running = new ArrayDeque<>();

    RotationScene(Path folder) throws IOException {
        // the shortest TTL there is, which most of a turn's time is made of
        var policy = Files.writeString(folder.resolve("policy.yaml"), """
                rules:
                  - {name: guests, for: anonymous, rooms: fresh, identity: guest-*, ttl: 30s}
                """).toString();
        vault = VaultServer.dev();
        running.push(vault);
        vault.api().prepare("keyturn/ring", "keyturn/livekit");
        rotator = vaultSettings("rotator", VaultPolicies.ROTATOR);
        rotator.putAll(Map.of("keyturn.policy.file", policy, "keyturn.ring.max-staleness", "5s",
                "keyturn.rotation.target", "vault", "keyturn.rotation.nodes", "http://127.0.0.1:1",
                "keyturn.rotation.min-nodes", "" + NODES, "keyturn.rotation.settle", "1s",
                "keyturn.rotation.leeway", "2s", "keyturn.rotation.agents-drain", "0s",
                "keyturn.rotation.reorder-wait", "15s"));
        run("init");
        run("rotate"); // puts the first key file there, which no node is needed for

        var redis = RedisServer.start();
        running.push(redis);
        var file = KeyFile.read(KeyFileCarrier.inVault(vault.api()));
        var first = file.pairs().entrySet().iterator().next();
        var keys = Map.of(first.getKey().value(), first.getValue().reveal());
        var options = "redis: {address: \"" + redis.address() + "\"}";
        nodes = IntStream.range(0, NODES).mapToObj(i -> LiveKitServer.start(keys, options)).toList();
        nodes.forEach(running::push);
        rotator.put("keyturn.rotation.nodes",
                nodes.stream().map(LiveKitServer::url).collect(Collectors.joining(",")));

        var serving = vaultSettings("serving", VaultPolicies.SERVING);
        serving.putAll(Map.of("keyturn.policy.file", policy, "keyturn.callers.anonymous", "true",
                "keyturn.ring.refresh", "1s", "keyturn.ring.max-staleness", "5s"));
        replicas = IntStream.range(0, REPLICAS).mapToObj(i -> KeyturnProcess.serve(serving)).toList();
        replicas.forEach(running::push);
        vault.api().policy("carrier", VaultPolicies.CARRIER);
        carrier = new KeyFileCarrier(
                vault.api(vault.api().token(Duration.ofHours(24), "carrier")), nodes, file);
        running.push(carrier);
    }

    /** A login of its own by AppRole, with nothing but this policy. */
    private Map<String, String> vaultSettings(String name, String policy) {
        vault.api().policy(name, policy);
        var role = vault.api().appRole(name, Duration.ofHours(1), Duration.ofHours(24), name);
        return new HashMap<>(Map.of("keyturn.ring.store", "vault", "quarkus.vault.url", vault.url(),
                "quarkus.vault.connect-timeout", "20s", "quarkus.vault.read-timeout", "20s",
                "keyturn.ring.vault.timeout", "20s", "keyturn.rotation.vault.timeout", "20s", // for a busy machine
                "quarkus.vault.authentication.app-role.role-id", role.roleId(),
                "quarkus.vault.authentication.app-role.secret-id", role.secretId()));
    }

    private void run(String command) {
        var ended = KeyturnProcess.run(rotator, "", command);
        assertEquals(0, ended.status(), ended.out() + ended.err());
    }

    /** {@code keyturn rotate} with these arguments, which goes on beside the test. */
    KeyturnCommand rotate(String... arguments) {
        return rotate(Map.of(), arguments);
    }

    /** For turns that no client looks at: retired keys are held for seconds, and the file is not reordered. */
    KeyturnCommand rotateInHaste(String... arguments) {
        return rotate(Map.of("keyturn.policy.file", "", "keyturn.rotation.longest-ttl", "1s",
                "keyturn.ring.max-staleness", "1s", "keyturn.rotation.reorder", "false"), arguments);
    }

    private KeyturnCommand rotate(Map<String, String> changed, String... arguments) {
        var settings = new HashMap<>(rotator);
        settings.putAll(changed);
        return KeyturnCommand.start(settings,
                Stream.concat(Stream.of("rotate", "--json"), Stream.of(arguments)).toArray(String[]::new));
    }

    /** As it is stored. */
    KeyRing ring() {
        try {
            return KeyRingDocument.read("Vault", vault.api().get("secret/data/keyturn/ring").at("/data/data"));
        } catch (KeyRingStoreException e) {
            throw new AssertionError(e);
        }
    }

    /** This key is in no ring, no file, no version of either, and every node refuses its tokens. */
    void assertGone(SigningKey old) throws InterruptedException {
        assertTrue(ring().find(old.key()).isEmpty(), () -> old.key() + " is in " + ring());
        assertTrue(!KeyFileCarrier.inVault(vault.api()).contains(old.key().value()), "it is in the key file");
        assertEquals(1, kept("ring"), "versions of the ring");
        assertEquals(1, kept("livekit"), "versions of the key file");
        assertEveryNodeAnswers(401, old);
        assertEveryNodeAnswers(200, ring().active());
    }

    private long kept(String path) {
        var versions = vault.api().get("secret/metadata/keyturn/" + path).at("/data/versions");
        return versions.findValues("destroyed").stream().filter(destroyed -> !destroyed.asBoolean()).count();
    }

    private void assertEveryNodeAnswers(int status, SigningKey key) throws InterruptedException {
        var grant = new Grant("probe", "probe", "", "", Map.of(),
                VideoGrants.PARTICIPANT, RoomConfig.NONE, Duration.ofMinutes(1));
        var token = new TokenWriter().write(key, grant, Instant.now(), "probe");
        for (var node : nodes) {
            assertEquals(status, Clients.status(node, token, HttpClient.newHttpClient()),
                    key.key() + " at " + node.url());
        }
    }

    @Override
    public void close() throws Exception {
        for (var each : running) {
            each.close(); // the latest first
        }
    }
}
