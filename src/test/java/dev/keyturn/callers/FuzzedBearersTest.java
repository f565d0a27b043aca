package dev.keyturn.callers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.keyturn.TestClock;
import dev.keyturn.callers.InvalidBearerException.Reason;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jose4j.json.JsonUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is sent as a bearer token, it is believed or refused, and only what the issuer signed is believed. */
class FuzzedBearersTest {

    private static final int MUTATED = 20_000;
    private static final int SIGNED = 1_000;
    private static final String ODD = "{}[]\",:.=-_0123456789eE+\\u\u0000\u00ff\u20acaZ ~/%\n";

    private final Random random = new Random(20260301);
    private final TestClock clock = new TestClock();
    private final TestIssuer issuer = TestIssuer.start("https://issuer.test", "RS256", clock);
    private Callers callers;

    @TempDir
    Path directory;

    @BeforeEach
    void start() {
        callers = new Callers(TestConfig.of(issuer.settings("main", directory)), clock, new SimpleMeterRegistry());
    }

    @AfterEach
    void stop() {
        callers.stop();
        issuer.close();
    }

    @Test
    void a_mutated_token_is_refused_and_nothing_breaks() {
        var good = issuer.bearer(Map.of("groups", List.of("a", "b"), "org", Map.of("id", 7)));
        var reasons = new EnumMap<Reason, Integer>(Reason.class);
        for (var one = 0; one < MUTATED; one++) {
            var parts = good.split("\\.");
            var which = random.nextInt(4);
            if (which == 3) {
                var whole = mutated(good);
                if (!saysTheSame(whole, good)) {
                    refusal(whole, reasons);
                }
                continue;
            }
            // inside a part, before it is encoded, so that most are base64url and some even JSON
            var decoded = new String(Base64.getUrlDecoder().decode(parts[which]), StandardCharsets.ISO_8859_1);
            var changed = mutated(decoded);
            if (changed.equals(decoded)) {
                continue;
            }
            parts[which] = TestIssuer.base64(changed.getBytes(StandardCharsets.ISO_8859_1));
            refusal(String.join(".", parts), reasons);
        }
        assertTrue(reasons.keySet().containsAll(List.of(Reason.MALFORMED, Reason.SIGNATURE, Reason.ISSUER,
                Reason.ALGORITHM, Reason.KEY)), "too tame: " + reasons);
    }

    @Test
    void whatever_its_issuer_signs_is_believed_or_refused_and_nothing_breaks() {
        var header = "{\"alg\":\"RS256\",\"kid\":\"first\"}";
        var claims = JsonUtil.toJson(issuer.claims(Map.of("nbf", 1, "x", List.of(1, 2.5e3))));
        var reasons = new EnumMap<Reason, Integer>(Reason.class);
        var believed = 0;
        for (var one = 0; one < SIGNED; one++) {
            var inHeader = random.nextInt(4) == 0;
            var bearer = issuer.signRaw(
                    (inHeader ? mutated(header) : header).getBytes(StandardCharsets.ISO_8859_1),
                    (inHeader ? claims : mutated(claims)).getBytes(StandardCharsets.ISO_8859_1));
            try {
                assertEquals("https://issuer.test", callers.verify(bearer).issuer());
                believed++;
            } catch (InvalidBearerException e) {
                reasons.merge(e.reason(), 1, Integer::sum);
            } catch (RuntimeException | Error e) {
                fail("seed 20260301, signed " + one + ": " + bearer, e);
            }
        }
        assertTrue(believed > 0 && reasons.size() > 5, "too tame: " + believed + " believed, " + reasons);
    }

    private void refusal(String bearer, Map<Reason, Integer> reasons) {
        try {
            callers.verify(bearer);
            fail("believed: " + bearer);
        } catch (InvalidBearerException e) {
            reasons.merge(e.reason(), 1, Integer::sum);
        } catch (RuntimeException | Error e) {
            fail("not an InvalidBearerException: " + bearer, e);
        }
    }

    /** The last character of a base64url text has bits that say nothing; what differs only there is the same token. */
    private static boolean saysTheSame(String one, String other) {
        var mine = one.split("\\.", -1);
        var theirs = other.split("\\.", -1);
        try {
            return mine.length == 3 && mine[0].equals(theirs[0]) && mine[1].equals(theirs[1]) && Arrays.equals(
                    Base64.getUrlDecoder().decode(mine[2]), Base64.getUrlDecoder().decode(theirs[2]));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private String mutated(String text) {
        var result = new StringBuilder(text);
        for (var changes = 1 + random.nextInt(3); changes > 0; changes--) {
            var at = random.nextInt(Math.max(1, result.length()));
            var until = Math.min(result.length(), at + 1 + random.nextInt(4));
            var odd = String.valueOf(ODD.charAt(random.nextInt(ODD.length())));
            switch (random.nextInt(6)) {
                case 0 -> result.replace(Math.min(at, result.length()), until, odd);
                case 1 -> result.insert(Math.min(at, result.length()), odd);
                case 2 -> result.delete(Math.min(at, result.length()), until);
                case 3 -> result.insert(Math.min(at, result.length()), result.substring(Math.min(at, until), until));
                case 4 -> result.insert(Math.min(at, result.length()), odd.repeat(1 + random.nextInt(200)));
                default -> result.setLength(Math.max(1, at));
            }
        }
        return result.toString();
    }
}
