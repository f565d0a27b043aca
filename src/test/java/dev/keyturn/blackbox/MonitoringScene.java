package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestKeys;
import dev.keyturn.callers.TestIssuer;
import dev.keyturn.file.FileKeyRingStore;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.servers.AgentSdk;
import dev.keyturn.servers.KeyturnCommand;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.LossyNetwork;
import dev.keyturn.servers.Participants;
import dev.keyturn.servers.Ports;
import dev.keyturn.servers.PrometheusServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.WebhookListener;
import dev.keyturn.tokens.TestWebhooks;
import io.livekit.server.RoomServiceClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * All that is monitored, running and busy: two people in a room with an agent, on a network that loses packets, and
 * others who come and go; Keyturn with callers good and bad; webhooks; and a Prometheus with our rules that reads
 * all of it. LiveKit, the people and the agent are within the lossy network, the others outside.
 */
final class MonitoringScene implements AutoCloseable {

    /** Of the UDP packets, each way. */
    static final int LOST_PERCENT = 5;

    private static final Duration WITHIN = Duration.ofMinutes(5); // on a busy machine; else it takes a minute
    private static final SigningKey KEY = TestKeys.staged("APImonitored");
    private static final int KEYTURN_WITHIN = 8080; // a port of the lossy network's own
    private static final String LOBBY = "{\"room_name\": \"lobby\"}";

    final LiveKitServer liveKit;
    final KeyturnProcess keyturn;
    final PrometheusServer prometheus;
    final Participants people;
    private final KeyturnCommand exec;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final TestIssuer issuer;
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final ScheduledExecutorService busy = Executors.newSingleThreadScheduledExecutor();
    private final List<Throwable> failed = new CopyOnWriteArrayList<>();
    private int seconds;

    MonitoringScene(Path folder, List<Path> rules) throws Exception {
        try {
            var network = running(LossyNetwork.losing(MonitoringIT.class, LOST_PERCENT));
            liveKit = running(LiveKitServer.startIn(network, Map.of(KEY.key().value(), KEY.secret().reveal()),
                    "webhook: {api_key: " + KEY.key() + ", urls: [\"http://127.0.0.1:" + KEYTURN_WITHIN
                            + "/webhook\"]}"));
            issuer = running(TestIssuer.start("https://issuer.test", "ES256", Clock.systemUTC()));
            keyturn = running(KeyturnProcess.serve(settings(folder)));
            network.leadOut(KEYTURN_WITHIN, port(keyturn.url()));

            var execPort = Ports.free();
            var agentPort = Ports.free();
            network.leadIn(execPort, execPort);
            network.leadIn(agentPort, agentPort);
            exec = running(KeyturnCommand.startBy(network.runner(), Map.of(
                    "keyturn.exec.from", "http://127.0.0.1:" + KEYTURN_WITHIN,
                    "keyturn.exec.token-file", Files.writeString(folder.resolve("bearer"), bearer("agent")).toString(),
                    "keyturn.exec.host", "127.0.0.1", "keyturn.exec.port", "" + execPort,
                    "keyturn.exec.health-port-variable", "AGENT_HEALTH_PORT", "keyturn.exec.settle", "1s"),
                    agent(agentPort)));
            var turnsPort = Ports.free();
            var turns = new ProcessBuilder(ServerBinary.PYTHON_AGENTS.path().toString(),
                    Path.of("src/test/servers/agents-python/turns.py").toString(), "" + turnsPort)
                    .redirectErrorStream(true).redirectOutput(folder.resolve("turns.log").toFile()).start();
            running.push(turns::destroyForcibly); // by itself, once its input ends
            prometheus = running(PrometheusServer.start(Map.of(
                    "livekit", List.of(liveKit.metricsPort()),
                    "livekit-agent", List.of(agentPort),
                    "livekit-agent-turns", List.of(turnsPort),
                    "keyturn", List.of(port(keyturn.managementUrl())),
                    "keyturn-exec", List.of(execPort)), rules));

            people = running(Participants.startBy(network.runner()));
            await("the agent is up", () -> liveKit.log().contains("\tworker registered\t"));
            comes("ada", """
                    {"room_name": "lobby", "room_config": {"agents": [{"agent_name": "helper"}]}}""");
            comes("bea", LOBBY);
            people.publish("ada");
            people.publish("bea");
            await("an agent is with them", () -> people.eventsOf("bea").contains("agent"));
            busy.scheduleWithFixedDelay(this::goOn, 0, 1, TimeUnit.SECONDS);
        } catch (Exception | Error e) {
            close();
            throw e;
        }
    }

    private <T extends AutoCloseable> T running(T one) {
        running.push(one);
        return one;
    }

    private Map<String, String> settings(Path folder) throws IOException, KeyRingStoreException {
        var ring = folder.resolve("ring.json");
        new FileKeyRingStore(ring).write(KeyRing.first(KEY, Instant.now()), null);
        var policy = Files.writeString(folder.resolve("policy.yaml"), """
                rules:
                  - name: visitors
                    for: anonymous
                    rooms: [lobby, side]
                    identity: visitor-*
                    agents: [helper]
                    room_config: {departure_timeout: 1}
                  - name: staff
                    for: {issuer: "https://issuer.test", claims: {role: staff}}
                    rooms: [office]
                credentials:
                  - name: helper
                    for: {issuer: "https://issuer.test", claims: {role: agent}}
                    agent_name: helper
                """).toString();
        var settings = new HashMap<>(Map.of("keyturn.ring.file.path", ring.toString(), "keyturn.ring.refresh", "1s",
                "keyturn.callers.anonymous", "true", "keyturn.policy.file", policy,
                "keyturn.livekit.url", liveKit.wsUrl(), "keyturn.rotation.every", "2s",
                "keyturn.rotation.target", "file", "keyturn.rotation.nodes", liveKit.url(),
                "keyturn.rotation.file.path", folder.resolve("keys.yaml").toString()));
        settings.putAll(issuer.settings("main"));
        var billing = running(WebhookListener.start("APIbilling", TestKeys.secretOf("billing")));
        settings.putAll(billing.settings("billing"));
        var wrong = running(WebhookListener.start("APIwrong", TestKeys.secretOf("wrong")));
        wrong.answers(400); // for good: each event is dropped
        settings.putAll(wrong.settings("wrong"));
        return settings;
    }

    private static String[] agent(int metricsPort) {
        var command = new ArrayList<>(List.of("exec", "--", "env", "AGENT_METRICS_PORT=" + metricsPort));
        command.addAll(AgentSdk.PYTHON.command());
        return command.toArray(String[]::new);
    }

    private String bearer(String role) {
        return issuer.bearer(issuer.claims(Map.of("sub", role, "role", role)));
    }

    private static int port(String url) {
        return URI.create(url).getPort();
    }

    private void comes(String who, String asks) throws InterruptedException {
        people.join(who, liveKit.wsUrl(), keyturn.granted(asks));
        assertTrue(people.await(who, "joined", WITHIN).isPresent(), () -> people.eventsOf(who) + "\n" + liveKit.log());
    }

    /** What happens every second, of each kind one. */
    private void goOn() {
        try {
            var visitor = "visitor-" + seconds / 8;
            if (seconds % 8 == 0) {
                comes(visitor, "{\"room_name\": \"side\"}");
            } else if (seconds % 8 == 3) {
                people.leave(visitor); // the room ends a second later, before the next one comes
            }
            seconds++;
            keyturn.granted("{}", "Authorization", "Bearer " + bearer("staff"));
            keyturn.token("{\"room_name\": \"vault\"}");
            keyturn.token("{}", "Authorization", "Bearer " + bearer("staff") + "x");
            webhook(KEY, "EV_" + seconds);
            webhook(TestKeys.staged("APIunknown"), "EV_forged");
            RoomServiceClient.createClient(liveKit.url(), KEY.key().value(), KEY.secret().reveal())
                    .listRooms().execute();
        } catch (Exception | AssertionError e) {
            failed.add(e);
        }
    }

    private void webhook(SigningKey key, String id) throws IOException, InterruptedException {
        var body = TestWebhooks.event("room_started", id, "lobby");
        http.send(HttpRequest.newBuilder(URI.create(keyturn.url() + "/webhook"))
                .header("Content-Type", "application/webhook+json")
                .header("Authorization", TestWebhooks.token(key, body, Instant.now()))
                .POST(BodyPublishers.ofString(body)).build(), BodyHandlers.discarding());
    }

    /** The value of the one series that an expression gives; NaN if it gives none. */
    double value(String expression) {
        return prometheus.query(expression).stream().mapToDouble(PrometheusServer.Sample::value).findFirst()
                .orElse(Double.NaN);
    }

    void await(String what, BooleanSupplier so) {
        var until = System.nanoTime() + WITHIN.toNanos();
        while (!so.getAsBoolean()) {
            assertTrue(System.nanoTime() < until, () -> "not so within " + WITHIN + ": " + what + "\n" + said());
            assertTrue(failed.isEmpty(), () -> failed + "\n" + said());
            LockSupport.parkNanos(100_000_000); // between two looks
        }
    }

    private String said() {
        return String.join("\n", exec.lines()) + "\n" + keyturn.log() + "\n" + liveKit.log();
    }

    @Override
    public void close() {
        busy.shutdownNow();
        for (var each : running) {
            try {
                each.close(); // the latest first
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
