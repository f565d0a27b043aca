package dev.keyturn.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.keyturn.TestKeys;
import dev.keyturn.agents.CredentialsClient.Answer;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.ApiSecret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent's questions, of servers and proxies that answer as none should. */
class CredentialsPollIT {

    private static final Map<String, String> HELD_BACK = Map.of("Preference-Applied", "wait=50");

    private final AtomicInteger questions = new AtomicInteger();
    private final BlockingQueue<String> started = new LinkedBlockingQueue<>();
    private final List<String> said = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private Thread polling;

    /** Answers the question of this number, which counts from 1. */
    private interface Script {
        void answer(int number, HttpExchange exchange) throws IOException;
    }

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
    }

    @AfterEach
    void end() {
        if (polling != null) {
            polling.interrupt();
        }
        server.stop(0);
    }

    private void answers(Script script) {
        server.createContext("/", exchange -> {
            try (exchange) {
                script.answer(questions.incrementAndGet(), exchange);
            }
        });
    }

    private static void pair(HttpExchange exchange, String key, String url, Map<String, String> headers)
            throws IOException {
        headers.forEach(exchange.getResponseHeaders()::set);
        var body = """
                {"url": "%s", "api_key": "%s", "api_secret": "%s", "version": 1,
                 "expires_at": "2036-01-01T00:00:00Z"}"""
                .formatted(url, key, TestKeys.secretOf(key)).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    private static void pair(HttpExchange exchange, String key) throws IOException {
        pair(exchange, key, "ws://livekit.test", Map.of("ETag", "W/\"" + key + "\""));
    }

    private static void unchanged(HttpExchange exchange, Map<String, String> headers) throws IOException {
        HELD_BACK.forEach(exchange.getResponseHeaders()::set);
        headers.forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(304, -1);
    }

    private CredentialsClient client() {
        return new CredentialsClient(URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                new BearerSource(Optional.empty(), Optional.empty()), Optional.empty());
    }

    /** Polls for a supervisor whose workers come up at once. */
    private void polls() {
        var supervised = new Supervised();
        polling = Exec.daemon(new CredentialsPoll(client(), () -> supervised.status.inUse(), supervised::take,
                said::add), "credentials");
    }

    private final class Supervised implements Workers {

        private final Supervisor supervisor = new Supervisor(this,
                new Supervisor.Pace(Duration.ofMinutes(2), Duration.ofMinutes(65), true), InstantSource.system(),
                said::add);
        private volatile Supervisor.Status status = Supervisor.Status.NONE;

        synchronized void take(Consumer<Supervisor> event) {
            event.accept(supervisor);
            status = supervisor.status();
        }

        @Override
        public void start(int number, WorkerCredentials credentials) {
            started.add(credentials.key().value());
            Exec.daemon(() -> take(it -> it.up(number)), "up");
        }

        @Override
        public void drain(int number) {
            Exec.daemon(() -> take(it -> it.ended(number, 0)), "ended");
        }

        @Override
        public void kill(int number) {
            drain(number);
        }
    }

    private void starts(String key) throws InterruptedException {
        assertEquals(key, started.poll(30, TimeUnit.SECONDS), () -> "it said " + said);
    }

    @Test
    void a_promise_that_cannot_be_read_does_not_end_the_questions() throws InterruptedException {
        answers((number, exchange) -> {
            if (number == 2) {
                unchanged(exchange, Map.of("Keyturn-Expires-At", "soon"));
            } else {
                pair(exchange, number == 1 ? "APIone" : "APItwo");
            }
        });
        polls();
        starts("APIone");
        starts("APItwo");
    }

    @Test
    void a_turn_is_seen_where_a_proxy_takes_the_etag_away() throws InterruptedException {
        answers((number, exchange) -> pair(exchange, number == 1 ? "APIone" : "APItwo", "ws://livekit.test", Map.of()));
        polls();
        starts("APIone");
        starts("APItwo");
    }

    @Test
    void a_server_that_gives_the_same_pair_again_and_again_is_left_in_peace() throws InterruptedException {
        answers((number, exchange) -> pair(exchange, "APIone"));
        polls();
        starts("APIone");
        LockSupport.parkNanos(Duration.ofSeconds(2).toNanos()); // nothing tells of a question that does not come
        assertTrue(questions.get() <= 3, () -> questions + " questions");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws://livekit\\u0000.test", "ws://livekit.test\\nLD_PRELOAD=x"})
    void what_is_fit_for_no_environment_is_refused(String url) throws InterruptedException {
        answers((number, exchange) -> pair(exchange, "APIone", url, Map.of()));
        assertInstanceOf(Answer.Refused.class, client().ask(Optional.empty(), false));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
        "`[]`", "`null`", "``", "`{\"api_key\": 7}`", "`{\"url\": {}}`", "`<html>`"})
    void what_is_no_pair_is_refused(String body) throws InterruptedException {
        answers((number, exchange) -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(String.valueOf(body).getBytes(StandardCharsets.UTF_8));
        });
        assertInstanceOf(Answer.Refused.class, client().ask(Optional.empty(), false));
    }

    @Test
    void an_endless_answer_is_given_up() throws InterruptedException {
        answers((number, exchange) -> {
            exchange.sendResponseHeaders(200, 0);
            var part = new byte[64 * 1024];
            while (true) { // until the client hangs up
                exchange.getResponseBody().write(part);
            }
        });
        assertInstanceOf(Answer.Unavailable.class, client().ask(Optional.empty(), false));
    }

    @Test
    void what_is_promised_of_a_pair_that_is_not_in_use_says_nothing_of_the_one_that_is() throws InterruptedException {
        var promised = Instant.parse("2026-03-01T12:00:00Z");
        var one = new WorkerCredentials("ws://livekit.test", new ApiKey("APIone"),
                ApiSecret.of(TestKeys.secretOf("one")), 1, Optional.empty(), "W/\"APIone\"");
        answers((number, exchange) -> {
            if (number == 1) {
                unchanged(exchange, Map.of("Keyturn-Expires-At", promised.toString()));
            } else {
                pair(exchange, "APItwo");
            }
        });
        var given = new LinkedBlockingQueue<Object>();
        var poll = new CredentialsPoll(client(), () -> Optional.of(one), given::add, said::add);
        polling = Exec.daemon(poll, "credentials");
        given.poll(30, TimeUnit.SECONDS);
        assertEquals(Optional.of(promised), poll.expiresAt());
    }
}
