package dev.keyturn.callers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.Ear;
import dev.keyturn.TestClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No part of a bearer token is in a log line of any level, an error or a metric, whether it is good or bad. */
class SilenceTest {

    private final TestClock clock = new TestClock();
    private final TestIssuer issuer = TestIssuer.start("https://issuer.test", "RS256", clock);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final StringWriter said = new StringWriter();
    private final Ear ear = new Ear("dev.keyturn", "org.jose4j", "com.github.benmanes");

    @TempDir
    Path directory;

    @AfterEach
    void stop() {
        ear.close();
        issuer.close();
    }

    @Test
    void nothing_of_a_token_is_said() {
        var callers = new Callers(TestConfig.of(issuer.settings("main", directory)), clock, registry);
        var good = issuer.bearer(Map.of("sub", "canary-subject"));
        var dot = good.lastIndexOf('.');
        assertEquals("canary-subject", callers.authenticate(List.of("Bearer " + good)).subject());
        for (var bad : List.of(good.substring(0, dot + 20), good.substring(0, dot) + ".AAAA", good + ".x",
                good.substring(9),
                issuer.bearer(Map.of("aud", "canary-audience")), issuer.bearer(Map.of("iss", "canary-issuer")),
                issuer.bearer(Map.of("exp", "canary-expiry")), issuer.bearer(Map.of(), Map.of("kid", "canary-kid")),
                issuer.bearer(Map.of(), Map.of("crit", List.of("canary-crit"))))) {
            var refused = assertThrows(NotAuthenticatedException.class,
                    () -> callers.authenticate(List.of("Bearer " + bad)));
            refused.printStackTrace(new PrintWriter(said));
            said.append(refused.challenge());
        }
        registry.getMeters().forEach(meter -> said.append(meter.getId().toString()));
        callers.stop();

        var text = ear.heard() + said;
        assertTrue(text.contains("usable keys of issuer main"), "heard no log");
        assertTrue(text.contains("keyturn.bearers.verified"), "heard no metric");
        var parts = List.of(good.substring(0, 12), good.substring(dot - 12, dot), good.substring(dot + 1, dot + 13));
        assertFalse(text.contains("canary"), text);
        for (var secret : parts) {
            assertFalse(text.contains(secret), secret + " is in: " + text);
        }
    }
}
