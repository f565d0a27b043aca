package dev.keyturn.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.NativeCaches;
import dev.keyturn.TestClock;
import dev.keyturn.callers.AuditLog;
import dev.keyturn.callers.Callers;
import dev.keyturn.callers.CallersConfig;
import dev.keyturn.callers.Refusal;
import dev.keyturn.keys.DevelopmentRing;
import dev.keyturn.keys.LiveRing;
import dev.keyturn.keys.RingConfig;
import dev.keyturn.policy.Policy;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A process that sleeps at the worst moment. */
class TokenIssuerTest {

    private static final Duration MAX_STALENESS = Duration.ofHours(12);

    /** A clock that jumps by 13 hours before it is read for this time. */
    private static final class Sleeper extends Clock {

        private final TestClock clock = new TestClock();
        private int readingsUntilSleep = Integer.MAX_VALUE;

        @Override
        public Instant instant() {
            if (--readingsUntilSleep == 0) {
                clock.advance(MAX_STALENESS.plusHours(1));
            }
            return clock.instant();
        }

        @Override
        public ZoneId getZone() {
            return clock.getZone();
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private final Sleeper clock = new Sleeper();
    private final LiveRing ring = new LiveRing(new DevelopmentRing(), MAX_STALENESS, clock);
    private final TokenIssuer issuer = issuer();

    private TokenIssuer issuer() {
        var config = new SmallRyeConfigBuilder().addDiscoveredConverters()
                .withMapping(CallersConfig.class).withMapping(RingConfig.class)
                .withSources(new PropertiesConfigSource(Map.of("keyturn.callers.anonymous", "true"), "test", 1))
                .build();
        var registry = new SimpleMeterRegistry();
        var callers = new Callers(config.getConfigMapping(CallersConfig.class), clock, registry);
        return new TokenIssuer(callers, Policy.development(), ring, config.getConfigMapping(RingConfig.class),
                new RateLimits(clock), new TokenMetrics(registry), new Audit(new AuditLog(), clock), clock);
    }

    private String issued() {
        return issuer.issue(List.of(), new byte[0], "127.0.0.1");
    }

    private static Instant begin(String token) throws IOException {
        var claims = new ObjectMapper().readTree(Base64.getUrlDecoder().decode(token.split("\\.")[1]));
        assertEquals(claims.get("iat"), claims.get("nbf"));
        assertEquals(600, claims.get("exp").asLong() - claims.get("nbf").asLong());
        return Instant.ofEpochSecond(claims.get("nbf").asLong());
    }

    @Test
    void the_cache_of_its_rate_limits_is_in_the_native_executable() throws Exception {
        NativeCaches.assertHasThoseOf(new RateLimits(clock));
    }

    @Test
    void a_process_that_sleeps_before_it_asks_the_ring_signs_nothing() {
        ring.refresh();
        for (var reading : List.of(1, 2)) {
            clock.readingsUntilSleep = reading;
            assertEquals(503, assertThrows(Refusal.class, this::issued).getResponse().getStatus());
            ring.refresh();
        }
    }

    @Test
    void a_process_that_sleeps_after_it_has_asked_signs_a_token_of_the_time_when_it_asked() throws IOException {
        ring.refresh();
        clock.readingsUntilSleep = 3;

        assertEquals(TestClock.START, begin(issued()));
        assertTrue(clock.readingsUntilSleep <= 0, "it did not sleep");
    }
}
