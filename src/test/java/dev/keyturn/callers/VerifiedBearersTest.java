package dev.keyturn.callers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.NativeCaches;
import dev.keyturn.TestClock;
import dev.keyturn.callers.InvalidBearerException.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VerifiedBearersTest {

    private static final int SIZE = 8;

    private final TestClock clock = new TestClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final TestIssuer issuer = TestIssuer.start("https://issuer.test", "RS256", clock);
    private IssuerKeys keys;
    private VerifiedBearers bearers;

    @BeforeEach
    void fetchTheKeys() {
        var config = TestConfig.of(issuer.settings("main")).issuers().get("main");
        keys = new IssuerKeys("main", KeySource.of("main", config), TrustedIssuer.algorithms(config), clock,
                Runnable::run);
        keys.fetch();
        var metrics = new CallersMetrics(registry, clock);
        var issuers = new TrustedIssuers(
                Map.of(issuer.issuer(), new TrustedIssuer("main", config, keys, clock)), metrics);
        bearers = new VerifiedBearers(issuers, SIZE, metrics, clock);
    }

    @AfterEach
    void close() {
        issuer.close();
    }

    @Test
    void its_cache_is_in_the_native_executable() throws Exception {
        NativeCaches.assertHasThoseOf(bearers);
    }

    @Test
    void a_token_seen_before_is_not_verified_again() throws Exception {
        var bearer = issuer.bearer(Map.of());
        var first = bearers.verify(bearer);

        for (var more = 0; more < 10; more++) {
            assertSame(first, bearers.verify(bearer));
        }
        assertEquals(1, verified("accepted"));
        assertEquals(10, cache("hit"));
        assertEquals(1, cache("miss"));
    }

    @Test
    void an_entry_does_not_outlive_exp_and_leeway_by_a_second() throws Exception {
        var bearer = issuer.bearer(Map.of());
        bearers.verify(bearer);

        clock.advance(Duration.ofSeconds(TestIssuer.LIFETIME + 29));
        bearers.verify(bearer);
        assertEquals(1, cache("hit"));
        clock.advance(Duration.ofSeconds(1));
        assertRefused(Reason.EXPIRED, bearer);
        assertEquals(0, bearers.size());
    }

    @Test
    void an_entry_does_not_outlive_its_key() throws Exception {
        var bearer = issuer.bearer(Map.of());
        bearers.verify(bearer);
        issuer.addKey("second");
        keys.fetch();
        bearers.verify(bearer);
        assertEquals(1, cache("hit"), "another key came, but this one is still shown");

        issuer.forgetOldKeys();
        keys.fetch();
        assertRefused(Reason.KEY, bearer);
        assertEquals(0, bearers.size());
    }

    @Test
    void an_entry_does_not_outlive_its_key_even_if_another_takes_the_name() throws Exception {
        var bearer = issuer.bearer(Map.of());
        bearers.verify(bearer);
        issuer.addKey("first");
        issuer.forgetOldKeys();
        keys.fetch();

        assertRefused(Reason.SIGNATURE, bearer);
    }

    @Test
    void an_entry_stays_while_the_issuer_is_down() throws Exception {
        var bearer = issuer.bearer(Map.of());
        bearers.verify(bearer);
        issuer.answersWith(500, "");
        keys.fetch();

        bearers.verify(bearer);
        assertEquals(1, cache("hit"));
    }

    @Test
    void a_refused_token_is_not_remembered() {
        var bearer = issuer.bearer(Map.of("aud", "payments"));

        assertRefused(Reason.AUDIENCE, bearer);
        assertRefused(Reason.AUDIENCE, bearer);
        assertEquals(2, verified("audience"));
        assertEquals(0, bearers.size());
    }

    @Test
    void a_flood_of_good_tokens_takes_no_more_room_than_there_is() throws Exception {
        for (var one = 0; one < 20 * SIZE; one++) {
            bearers.verify(issuer.bearer(Map.of("jti", "" + one)));
            assertTrue(bearers.size() <= SIZE, "size " + bearers.size());
        }
    }

    @Test
    void a_large_token_takes_the_room_of_several() throws Exception {
        for (var one = 0; one < 20; one++) {
            bearers.verify(issuer.bearer(Map.of("jti", "" + one, "x", "x".repeat(4000)))); // about 6,000 characters
            assertTrue(bearers.size() <= SIZE / 3 + 1, "size " + bearers.size());
        }
    }

    @Test
    void the_metrics_name_the_issuer_as_the_configuration_does_and_never_as_a_stranger_does() {
        assertRefused(Reason.ISSUER, issuer.bearer(Map.of("iss", "https://evil.test")));
        assertRefused(Reason.MALFORMED, "garbage");

        for (var meter : registry.getMeters()) {
            var name = meter.getId().getTag("issuer");
            assertTrue(name == null || name.equals("main") || name.equals(CallersMetrics.NO_ISSUER), name);
        }
        assertEquals(1, registry.get("keyturn.bearers.verified")
                .tags("issuer", CallersMetrics.NO_ISSUER, "outcome", "malformed").counter().count());
    }

    private void assertRefused(Reason reason, String bearer) {
        assertEquals(reason, assertThrows(InvalidBearerException.class, () -> bearers.verify(bearer)).reason());
    }

    private double verified(String outcome) {
        return registry.find("keyturn.bearers.verified").tag("outcome", outcome).counters().stream()
                .mapToDouble(Counter::count).sum();
    }

    private double cache(String outcome) {
        return registry.get("keyturn.bearer.cache.lookups").tag("outcome", outcome).counter().count();
    }
}
