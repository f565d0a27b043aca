package dev.keyturn.callers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.sun.net.httpserver.HttpExchange;
import dev.keyturn.TestClock;
import dev.keyturn.callers.InvalidBearerException.Reason;
import dev.keyturn.callers.KeysNotFetchedException.Kind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of an issuer's keys when the issuer turns them, is down, or talks nonsense. */
class IssuerKeysTest {

    private final TestClock clock = new TestClock();
    private final TestIssuer issuer = TestIssuer.start("https://issuer.test", "RS256", clock);
    private final Map<String, String> settings = new HashMap<>(issuer.settings("main"));
    private final List<Runnable> background = new ArrayList<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @TempDir
    Path directory;

    @AfterEach
    void close() {
        issuer.close();
    }

    @Test
    void before_the_first_fetch_a_token_can_wait() {
        var keys = keys();

        assertReason(Reason.KEYS_UNAVAILABLE, keys, issuer.bearer(Map.of()));
        assertTrue(background.isEmpty(), "a stranger's token started a fetch");
        keys.fetch();
        assertAccepted(keys, issuer.bearer(Map.of()));
    }

    @Test
    void a_new_key_is_fetched_when_a_token_names_it_and_nobody_waits_for_that() {
        var keys = keys();
        keys.fetch();
        issuer.addKey("second");
        var bearer = issuer.bearer(Map.of());

        assertReason(Reason.KEY, keys, bearer);
        assertEquals(1, issuer.requests(), "the request itself fetched");
        runBackground();
        assertAccepted(keys, bearer);
        assertEquals(2, issuer.requests());
    }

    @Test
    void unknown_keys_cause_one_fetch_in_thirty_seconds() {
        var keys = keys();
        keys.fetch();
        for (var second = 0; second < 90; second += 5) {
            for (var token = 0; token < 3; token++) {
                assertReason(Reason.KEY, keys, issuer.bearer(Map.of(), Map.of("kid", "kid-" + second + "-" + token)));
            }
            runBackground();
            clock.advance(Duration.ofSeconds(5));
        }

        assertEquals(1 + 3, issuer.requests());
    }

    @Test
    void a_key_no_longer_shown_verifies_nothing() {
        var keys = keys();
        keys.fetch();
        var old = issuer.bearer(Map.of());
        issuer.addKey("second");
        issuer.forgetOldKeys();

        assertAccepted(keys, old);
        keys.fetch();
        assertReason(Reason.KEY, keys, old);
        assertAccepted(keys, issuer.bearer(Map.of()));
    }

    static Stream<Arguments> faults() {
        var good = TestIssuer.newKey("RS256", "other").toJson(OutputControlLevel.PUBLIC_ONLY);
        var huge = "{\"x\":\"" + "x".repeat(2 * 1024 * 1024) + "\",\"keys\":[" + good + "]}";
        var elliptic = TestIssuer.newKey("ES256", "first").toParams(OutputControlLevel.PUBLIC_ONLY);
        var encrypts = TestIssuer.newKey("RS256", "first");
        encrypts.setUse("enc");
        return Stream.of(
                fault("500", Kind.REFUSED, e -> TestIssuer.send(e, 500, "{\"keys\":[]}")),
                fault("404", Kind.REFUSED, e -> TestIssuer.send(e, 404, "")),
                fault("201", Kind.REFUSED, e -> TestIssuer.send(e, 201, "{\"keys\":[]}")),
                fault("a redirect", Kind.REFUSED, e -> {
                    var host = e.getRequestHeaders().getFirst("Host");
                    e.getResponseHeaders().add("Location", "http://" + host + "/jwks");
                    TestIssuer.send(e, 302, "");
                }),
                fault("a dropped connection", Kind.UNREACHABLE, HttpExchange::close),
                fault("an answer cut short", Kind.UNREACHABLE, e -> {
                    e.sendResponseHeaders(200, 1000);
                    e.getResponseBody().write("{\"keys\"".getBytes(StandardCharsets.US_ASCII));
                    e.getResponseBody().flush();
                    throw new IOException("cut");
                }),
                fault("an empty answer", Kind.BROKEN, e -> TestIssuer.send(e, 200, "")),
                fault("a web page", Kind.BROKEN, e -> TestIssuer.send(e, 200, "<html>log in</html>")),
                fault("half an answer", Kind.BROKEN, e -> TestIssuer.send(e, 200, "{\"keys\":[{\"kty\":")),
                fault("no keys", Kind.BROKEN, e -> TestIssuer.send(e, 200, "{\"keys\":[]}")),
                fault("keys that are no list", Kind.BROKEN, e -> TestIssuer.send(e, 200, "{\"keys\":{}}")),
                fault("numbers for keys", Kind.BROKEN, e -> TestIssuer.send(e, 200, "{\"keys\":[1,null,\"a\"]}")),
                fault("a key for HMAC", Kind.BROKEN, e -> TestIssuer.send(e, 200,
                        "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"first\",\"k\":\"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0\"}]}")),
                fault("a key of another type", Kind.BROKEN, e -> TestIssuer.send(e, 200,
                        "{\"keys\":[" + JsonUtil.toJson(elliptic) + "]}")),
                fault("a key for encryption", Kind.BROKEN, e -> TestIssuer.send(e, 200,
                        "{\"keys\":[" + encrypts.toJson(OutputControlLevel.PUBLIC_ONLY) + "]}")),
                fault("2 MiB with a good key", Kind.BROKEN, e -> TestIssuer.send(e, 200, huge)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void the_keys_fetched_before_stay_in_use_through(String what, Kind kind, TestIssuer.Answer answer) {
        var keys = keys();
        keys.fetch();
        var since = keys.lastSuccess();
        clock.advance(Duration.ofHours(1));
        issuer.answersWith(answer);
        keys.fetch();

        assertEquals(1, keys.failures(kind));
        assertEquals(1, keys.failuresInARow());
        assertEquals(since, keys.lastSuccess());
        assertAccepted(keys, issuer.bearer(Map.of()));

        issuer.answersWithKeys();
        keys.fetch();
        assertEquals(0, keys.failuresInARow());
        assertEquals(clock.instant(), keys.lastSuccess().orElseThrow());
    }

    @Test
    void a_redirect_is_not_followed() {
        var keys = keys();
        keys.fetch();
        issuer.answersWith(e -> {
            e.getResponseHeaders().add("Location", issuer.jwksUrl().toString());
            TestIssuer.send(e, 307, "");
        });
        keys.fetch();

        assertEquals(2, issuer.requests());
    }

    @Test
    void an_issuer_that_is_down_keeps_its_keys() {
        var keys = keys();
        keys.fetch();
        issuer.close();
        keys.fetch();

        assertEquals(1, keys.failures(Kind.UNREACHABLE));
        assertAccepted(keys, issuer.bearer(Map.of()));
    }

    @Test
    void an_answer_that_never_ends_is_given_up() throws Exception {
        settings.put("keyturn.callers.issuers.main.timeout", "100ms");
        var keys = keys();
        var over = new CountDownLatch(1);
        issuer.answersWith(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            await(over);
        });
        keys.fetch();
        over.countDown();

        assertEquals(1, keys.failures(Kind.UNREACHABLE));
        assertReason(Reason.KEYS_UNAVAILABLE, keys, issuer.bearer(Map.of()));
    }

    @Test
    void there_is_one_fetch_at_a_time_and_tokens_are_verified_meanwhile() throws Exception {
        var keys = keys();
        keys.fetch();
        var asked = new CountDownLatch(1);
        var answer = new CountDownLatch(1);
        issuer.answersWith(exchange -> {
            asked.countDown();
            await(answer);
            TestIssuer.send(exchange, 200, issuer.jwkSet());
        });
        var fetch = CompletableFuture.runAsync(keys::fetch);
        await(asked);
        keys.fetch();

        assertFalse(fetch.isDone());
        assertEquals(2, issuer.requests());
        assertAccepted(keys, issuer.bearer(Map.of()));
        answer.countDown();
        fetch.get(10, TimeUnit.SECONDS);
        assertEquals(2, keys.successes());
    }

    @Test
    void unreadable_keys_leave_the_others_readable() {
        issuer.answersWith(200, issuer.jwkSet().replace("[", "[{\"kty\":\"new\"},{\"kty\":\"RSA\",\"n\":5},{},"));
        var keys = keys();
        keys.fetch();

        assertEquals(1, keys.current().size());
        assertAccepted(keys, issuer.bearer(Map.of()));
    }

    @Test
    void a_key_meant_for_one_algorithm_is_used_for_no_other() {
        settings.put("keyturn.callers.issuers.main.algorithms", "RS256,PS256");
        issuer.answersWith(200, issuer.jwkSet().replace("\"kty\"", "\"alg\":\"PS256\",\"kty\""));
        var keys = keys();
        keys.fetch();

        assertReason(Reason.KEY, keys, issuer.bearer(Map.of()));
        assertAccepted(keys, issuer.bearer(Map.of(), Map.of("alg", "PS256")));
    }

    @Test
    void a_bearer_file_is_read_at_every_fetch() throws Exception {
        var file = Files.writeString(directory.resolve("token"), "one\n");
        settings.put("keyturn.callers.issuers.main.bearer-file", file.toString());
        var shown = new AtomicReference<String>();
        issuer.answersWith(exchange -> {
            shown.set(exchange.getRequestHeaders().getFirst("Authorization"));
            TestIssuer.send(exchange, 200, issuer.jwkSet());
        });
        var keys = keys();
        keys.fetch();
        assertEquals("Bearer one", shown.get());

        Files.writeString(file, "two");
        keys.fetch();
        assertEquals("Bearer two", shown.get());

        Files.writeString(file, "two\nlines");
        keys.fetch();
        assertEquals(1, keys.failures(Kind.UNREACHABLE));
    }

    @Test
    void the_refresh_goes_on_by_itself_through_failures() throws Exception {
        var keys = keys();
        var fetches = new CountDownLatch(3);
        issuer.answersWith(exchange -> {
            fetches.countDown();
            TestIssuer.send(exchange, fetches.getCount() == 2 ? 500 : 200, issuer.jwkSet());
        });
        var refresh = new KeyRefresh(1);
        try {
            refresh.start(keys, Duration.ofMillis(5));
            await(fetches);
        } finally {
            refresh.stop();
        }
        assertEquals(1, keys.failures(Kind.REFUSED));
    }

    @Test
    void after_a_failure_the_next_fetch_comes_sooner_though_less_and_less_so() {
        var fiveMinutes = Duration.ofMinutes(5);

        assertEquals(fiveMinutes, KeyRefresh.delay(fiveMinutes, 0));
        assertEquals(Duration.ofSeconds(1), KeyRefresh.delay(fiveMinutes, 1));
        assertEquals(Duration.ofSeconds(8), KeyRefresh.delay(fiveMinutes, 4));
        assertEquals(Duration.ofSeconds(30), KeyRefresh.delay(fiveMinutes, 6));
        assertEquals(Duration.ofSeconds(30), KeyRefresh.delay(fiveMinutes, Integer.MAX_VALUE));
        assertEquals(Duration.ofSeconds(10), KeyRefresh.delay(Duration.ofSeconds(10), 7));
    }

    @Test
    void the_metrics_say_how_old_the_keys_are() {
        var keys = keys();
        new CallersMetrics(registry, clock).watch("main", keys);
        assertTrue(Double.isNaN(registry.get("keyturn.issuer.keys.age").tag("issuer", "main").gauge().value()));

        keys.fetch();
        clock.advance(Duration.ofSeconds(90));
        issuer.answersWith(503, "");
        keys.fetch();

        assertEquals(90, registry.get("keyturn.issuer.keys.age").gauge().value());
        assertEquals(1, registry.get("keyturn.issuer.keys").gauge().value());
        assertEquals(1, registry.get("keyturn.issuer.fetches").tag("outcome", "fetched").functionCounter().count());
        assertEquals(1, registry.get("keyturn.issuer.fetches").tag("outcome", "refused").functionCounter().count());
    }

    private static Arguments fault(String what, Kind kind, TestIssuer.Answer answer) {
        return arguments(what, kind, answer);
    }

    private IssuerKeys keys() {
        var config = TestConfig.of(settings).issuers().get("main");
        return new IssuerKeys("main", KeySource.of("main", config), TrustedIssuer.algorithms(config), clock,
                background::add);
    }

    private void runBackground() {
        List.copyOf(background).forEach(Runnable::run);
        background.clear();
    }

    private void assertAccepted(IssuerKeys keys, String bearer) {
        try {
            assertEquals("ada", trusting(keys).verify(bearer).caller().subject());
        } catch (InvalidBearerException e) {
            throw new AssertionError(e);
        }
    }

    private void assertReason(Reason reason, IssuerKeys keys, String bearer) {
        assertEquals(reason, assertThrows(InvalidBearerException.class, () -> trusting(keys).verify(bearer)).reason());
    }

    private TrustedIssuers trusting(IssuerKeys keys) {
        var config = TestConfig.of(settings).issuers().get("main");
        return new TrustedIssuers(Map.of(issuer.issuer(), new TrustedIssuer("main", config, keys, clock)),
                new CallersMetrics(new SimpleMeterRegistry(), clock));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS), "waited for too long");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
