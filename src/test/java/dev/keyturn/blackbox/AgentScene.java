package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.callers.TestIssuer;
import dev.keyturn.file.FileKeyRingStore;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.servers.AgentSdk;
import dev.keyturn.servers.KeyturnCommand;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.Participants;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An agent under {@code keyturn exec}, all of it real: the worker of an SDK, LiveKit, Keyturn with the ring in a file,
 * {@code keyturn rotate}, and people whose tokens dispatch the agent.
 *
 * <p>One node of LiveKit is enough: whoever is in a room while a key is delivered or withdrawn stays on a node that
 * drains, which is LiveKit's own doing, and {@link RotationIT} has three nodes. Here nobody is in a room at
 * those two moments; the job that matters runs from before the promotion until the worker with the old key has drained.
 */
final class AgentScene implements AutoCloseable {

    static final String AGENT = "helper";

    private static final Duration WITHIN = Duration.ofSeconds(90); // a worker starts slowly on a busy machine
    private static final ObjectMapper JSON = new ObjectMapper();

    final LiveKitServer liveKit;
    final SeenByLiveKit seen;
    final KeyturnProcess keyturn;
    final KeyturnCommand exec;
    final Participants people;
    final Canaries canaries = new Canaries();
    private final Path folder;
    private final Map<String, String> rotator;
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private KeyFile carried;

    AgentScene(Path folder, AgentSdk sdk) throws IOException {
        this.folder = folder;
        var policy = Files.writeString(folder.resolve("policy.yaml"), """
                rules:
                  - name: visitors
                    for: anonymous
                    rooms: fresh
                    identity: visitor-*
                    agents: [helper]
                    room_config: {departure_timeout: 1}
                    ttl: 30s
                credentials:
                  - name: helper
                    for: {issuer: "https://issuer.test", claims: {role: agent}}
                    agent_name: helper
                """).toString();
        var ring = Map.of("keyturn.ring.store", "file", "keyturn.policy.file", policy,
                "keyturn.ring.file.path", folder.resolve("ring.json").toString(),
                "keyturn.ring.max-staleness", "5s");
        rotator = new HashMap<>(ring);
        rotator.putAll(Map.of("keyturn.rotation.target", "file", "keyturn.rotation.nodes", "http://127.0.0.1:1",
                "keyturn.rotation.file.path", folder.resolve("keys.yaml").toString(),
                "keyturn.rotation.settle", "1s", "keyturn.rotation.leeway", "1s",
                "keyturn.rotation.agents-drain", "10s", "keyturn.rotation.reorder", "false"));
        run("init");
        run("rotate"); // puts the first key file there, which no node is needed for
        carried = keyFile();
        liveKit = running(LiveKitServer.start(pairs(carried)));
        seen = new SeenByLiveKit(liveKit);
        rotator.put("keyturn.rotation.nodes", liveKit.url());

        var issuer = running(TestIssuer.start("https://issuer.test", "ES256", Clock.systemUTC()));
        var serving = new HashMap<>(ring);
        serving.putAll(issuer.settings("cluster", folder));
        serving.putAll(Map.of("keyturn.ring.refresh", "1s", "keyturn.callers.anonymous", "true",
                "keyturn.livekit.url", liveKit.wsUrl()));
        keyturn = running(KeyturnProcess.serve(serving));
        var bearer = issuer.bearer(issuer.claims(Map.of("sub", "helper", "role", "agent")));
        canaries.plantToken("the agent's bearer", bearer);
        var command = Stream.concat(Stream.of("exec", "--"), sdk.command().stream()).toArray(String[]::new);
        exec = running(KeyturnCommand.start(Map.of("keyturn.exec.from", keyturn.url(),
                "keyturn.exec.token-file", Files.writeString(folder.resolve("bearer"), bearer).toString(),
                "keyturn.exec.health-port-variable", "AGENT_HEALTH_PORT"), command));
        people = running(Participants.start());
        await("the first worker is registered", () -> !seen.registrations().isEmpty());
    }

    private <T extends AutoCloseable> T running(T one) {
        running.push(one);
        return one;
    }

    private String run(String... arguments) {
        var ended = KeyturnProcess.run(rotator, "", arguments);
        assertEquals(0, ended.status(), () -> String.join(" ", arguments) + ": " + ended);
        canaries.heard(arguments[0], ended.out() + ended.err());
        return ended.out();
    }

    /** One step. */
    Turn rotate(String... arguments) {
        var began = Instant.now();
        return Turn.of("", began, run(Stream.concat(Stream.of("rotate", "--json"), Stream.of(arguments))
                .toArray(String[]::new)).lines().toList());
    }

    /** All steps that are left, LiveKit restarted with nobody there whenever its key file has changed. */
    Turn rotateToTheEnd(Visits visits) throws InterruptedException {
        var began = Instant.now();
        try (var command = KeyturnCommand.start(rotator, "rotate", "--json", "--wait")) {
            while (command.status(Duration.ofMillis(200)).isEmpty()) {
                if (!keyFile().samePairs(carried)) {
                    visits.whileNobodyIsThere(this::restartLiveKit);
                }
                assertTrue(Instant.now().isBefore(began.plus(WITHIN)), () -> String.join("\n", command.lines()));
            }
            assertEquals(0, command.status(Duration.ZERO).getAsInt(), () -> String.join("\n", command.lines()));
            canaries.heard("rotate", String.join("\n", command.lines()));
            return Turn.of("", began, command.lines());
        }
    }

    /** On the key file as it is now; done when the worker, which must be the only one, has come back to it. */
    void restartLiveKit() {
        await("the rooms are closed", () -> seen.rooms(ring().active()).isEmpty());
        var before = seen.registrations().size();
        carried = keyFile();
        liveKit.restart(pairs(carried));
        await("the worker is registered again", () -> seen.registrations().size() > before);
    }

    KeyRing ring() {
        try {
            var ring = new FileKeyRingStore(folder.resolve("ring.json")).read().orElseThrow().ring();
            ring.keys().forEach(key -> canaries.plant("the secret of " + key.key(), key.secret().reveal()));
            return ring;
        } catch (KeyRingStoreException e) {
            throw new AssertionError(e);
        }
    }

    private KeyFile keyFile() {
        try {
            return KeyFile.read(Files.readString(folder.resolve("keys.yaml")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> pairs(KeyFile file) {
        var pairs = new LinkedHashMap<String, String>();
        file.pairs().forEach((key, secret) -> pairs.put(key.value(), secret.reveal()));
        return pairs;
    }

    /** Someone gets a token that dispatches the agent, and goes to a room of their own. */
    void comes(String who) {
        var answer = KeyturnProcess.json(keyturn.token("""
                {"room_config": {"agents": [{"agent_name": "%s", "metadata": "%s"}]}}""".formatted(AGENT, who)));
        var token = answer.path("participant_token").asText();
        canaries.plantToken("the token of " + who, token);
        people.join(who, answer.path("server_url").asText(), token);
    }

    /** All events of this kind that workers have said so far, oldest first. */
    List<JsonNode> events(String kind) {
        var events = new ArrayList<JsonNode>();
        for (var line : exec.lines()) {
            if (line.startsWith("{\"event\"")) {
                try {
                    events.add(JSON.readTree(line));
                } catch (JsonProcessingException half) {
                    continue; // the rest of it is being written
                }
            }
        }
        events.removeIf(event -> !event.path("event").asText().equals(kind));
        return events;
    }

    /** The job that was made for someone. */
    JsonNode jobFor(String who) {
        return events("job").stream().filter(job -> job.path("metadata").asText().equals(who)).findFirst()
                .orElseThrow(() -> new AssertionError("no job for " + who + "\n" + said()));
    }

    boolean execSaid(String line) {
        return exec.lines().stream().anyMatch(said -> said.startsWith("keyturn exec: ") && said.contains(line));
    }

    void await(String what, BooleanSupplier so) {
        var until = System.nanoTime() + WITHIN.toNanos();
        while (!so.getAsBoolean()) {
            assertTrue(System.nanoTime() < until, () -> "not so within " + WITHIN + ": " + what + "\n" + said());
            LockSupport.parkNanos(20_000_000); // between two looks
        }
    }

    /** For a failure. */
    String said() {
        return String.join("\n", exec.lines()) + "\nLiveKit:\n" + liveKit.log().lines()
                .filter(line -> line.contains("agent") || line.contains("WARN")).collect(Collectors.joining("\n"));
    }

    void assertSilence() throws IOException {
        var pids = new ArrayList<>(List.of(exec.pid()));
        ProcessHandle.of(exec.pid()).stream().flatMap(ProcessHandle::descendants).forEach(one -> pids.add(one.pid()));
        for (var pid : pids) {
            canaries.heard("a command line", Files.readString(Path.of("/proc", "" + pid, "cmdline")));
        }
        canaries.heard("what exec and the workers said", String.join("\n", exec.lines()));
        canaries.heard("Keyturn's log", keyturn.log());
        canaries.assertSilence();
    }

    @Override
    public void close() throws Exception {
        for (var each : running) {
            each.close(); // the latest first
        }
    }
}
