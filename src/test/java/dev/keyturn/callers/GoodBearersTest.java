package dev.keyturn.callers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestClock;
import dev.keyturn.callers.InvalidBearerException.Reason;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoodBearersTest {

    private final TestClock clock = new TestClock();

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA"})
    void a_token_of_each_algorithm_speaks_for_its_subject(String alg) throws Exception {
        try (var issuer = TestIssuer.start("https://issuer.test", alg, clock)) {
            var caller = callers(issuer.settings("main", directory)).verify(issuer.bearer(Map.of("sub", "ada")));

            assertEquals("ada", caller.subject());
            assertEquals("https://issuer.test", caller.issuer());
            assertFalse(caller.isAnonymous());
        }
    }

    @Test
    void claims_arrive_with_their_types() throws Exception {
        var claims = Map.of("tenant", "blue", "level", 3, "ratio", 0.5, "admin", true, "groups", List.of("a", "b"),
                "org", Map.of("id", 7), "big", new BigInteger("9".repeat(200)), "nul", "a\u0000b", "wide", "ü€😀");
        try (var issuer = rs256()) {
            var caller = callers(issuer.settings("main", directory)).verify(issuer.bearer(claims));

            var expected = new HashMap<String, Object>(claims);
            expected.put("level", 3L);
            expected.put("org", Map.of("id", 7L));
            expected.forEach((name, value) -> assertEquals(value, caller.claims().get(name), name));
        }
    }

    @Test
    void claims_are_shared_so_nobody_can_change_them() throws Exception {
        try (var issuer = rs256()) {
            var caller = callers(issuer.settings("main", directory))
                    .verify(issuer.bearer(Map.of("groups", List.of("a"), "org", Map.of("id", 7))));

            assertThrows(UnsupportedOperationException.class, () -> ((List<?>) caller.claims().get("groups")).clear());
            assertThrows(UnsupportedOperationException.class, () -> ((Map<?, ?>) caller.claims().get("org")).clear());
        }
    }

    @Test
    void sixteen_levels_deep_are_understood() throws Exception {
        Object deep = "bottom";
        for (var level = 0; level < 15; level++) {
            deep = List.of(deep);
        }
        try (var issuer = rs256()) {
            var caller = callers(issuer.settings("main", directory)).verify(issuer.bearer(Map.of("x", deep)));

            assertEquals(deep, caller.claims().get("x"));
        }
    }

    @Test
    void a_token_without_subject_is_the_policys_business() throws Exception {
        var nobody = new HashMap<String, Object>();
        nobody.put("sub", null);
        try (var issuer = rs256()) {
            assertEquals("", callers(issuer.settings("main", directory)).verify(issuer.bearer(nobody)).subject());
        }
    }

    @Test
    void one_of_several_audiences_is_enough() throws Exception {
        try (var issuer = rs256()) {
            var settings = with(issuer, "audiences", "other," + TestIssuer.AUDIENCE);
            var caller = callers(settings).verify(issuer.bearer(Map.of("aud", List.of("mail", TestIssuer.AUDIENCE))));

            assertEquals("ada", caller.subject());
        }
    }

    @Test
    void a_token_without_kid_is_verified_by_the_only_key_there_is() throws Exception {
        var header = new HashMap<String, Object>();
        header.put("kid", null);
        try (var issuer = rs256()) {
            var caller = callers(issuer.settings("main", directory)).verify(issuer.bearer(Map.of(), header));
            assertEquals("ada", caller.subject());

            issuer.addKey("second");
            assertReason(Reason.KEY, callers(issuer.settings("main", directory)), issuer.bearer(Map.of(), header));
        }
    }

    @Test
    void each_issuer_is_verified_by_its_own_keys_only() throws Exception {
        try (var one = rs256(); var two = TestIssuer.start("https://two.test", "RS256", clock)) {
            two.addKey("first");
            two.forgetOldKeys();
            var settings = new HashMap<>(one.settings("one", directory));
            settings.putAll(two.settings("two", directory));
            var callers = callers(settings);

            assertEquals("https://issuer.test", callers.verify(one.bearer(Map.of())).issuer());
            assertEquals("https://two.test", callers.verify(two.bearer(Map.of())).issuer());
            assertReason(Reason.SIGNATURE, callers, two.bearer(Map.of("iss", one.issuer())));
        }
    }

    @Test
    void the_leeway_is_for_both_ends() throws Exception {
        try (var issuer = rs256()) {
            var now = clock.instant().getEpochSecond();
            var callers = callers(issuer.settings("main", directory));

            callers.verify(issuer.bearer(Map.of("nbf", now + 30, "iat", now + 30)));
            callers.verify(issuer.bearer(Map.of("exp", now - 29, "iat", now - 60)));
            assertReason(Reason.EXPIRED, callers, issuer.bearer(Map.of("exp", now - 30, "iat", now - 60)));

            var strict = callers(with(issuer, "leeway", "0s"));
            strict.verify(issuer.bearer(Map.of("exp", now + 1)));
            assertReason(Reason.EXPIRED, strict, issuer.bearer(Map.of("exp", now)));
            assertReason(Reason.NOT_YET_VALID, strict, issuer.bearer(Map.of("nbf", now + 1)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"at+jwt", "AT+JWT", "application/at+jwt"})
    void a_required_type_is_compared_as_a_media_type(String typ) throws Exception {
        try (var issuer = rs256()) {
            for (var wanted : List.of("at+jwt", "application/at+JWT")) {
                var callers = callers(with(issuer, "type", wanted));

                assertEquals("ada", callers.verify(issuer.bearer(Map.of(), Map.of("typ", typ))).subject());
                assertReason(Reason.TYPE, callers, issuer.bearer(Map.of(), Map.of("typ", "JWT")));
                assertReason(Reason.TYPE, callers, issuer.bearer(Map.of()));
            }
        }
    }

    @Test
    void a_pem_key_answers_to_every_kid() throws Exception {
        try (var issuer = rs256()) {
            var pem = "-----BEGIN PUBLIC KEY-----\n"
                    + Base64.getMimeEncoder().encodeToString(issuer.key().getPublicKey().getEncoded())
                    + "\n-----END PUBLIC KEY-----\n";
            var file = Files.writeString(directory.resolve("key.pem"), pem);
            var settings = with(issuer, "public-key-file", file.toString());

            assertEquals("ada", callers(settings).verify(issuer.bearer(Map.of(), Map.of("kid", "any"))).subject());
        }
    }

    @Test
    void a_token_of_sixteen_kibibytes_is_still_read() throws Exception {
        try (var issuer = rs256()) {
            var bearer = issuer.bearer(Map.of("x", "x".repeat(11_500)));
            assertTrue(bearer.length() > 15_000 && bearer.length() <= 16 * 1024, "length " + bearer.length());

            assertEquals("ada", callers(issuer.settings("main", directory)).verify(bearer).subject());
        }
    }

    private TestIssuer rs256() {
        return TestIssuer.start("https://issuer.test", "RS256", clock);
    }

    private Map<String, String> with(TestIssuer issuer, String property, String value) {
        var settings = new HashMap<>(issuer.settings("main", directory));
        settings.put("keyturn.callers.issuers.main." + property, value);
        return settings;
    }

    private Callers callers(Map<String, String> settings) {
        return new Callers(TestConfig.of(settings), clock, new SimpleMeterRegistry());
    }

    private static void assertReason(Reason reason, Callers callers, String bearer) {
        assertEquals(reason, assertThrows(InvalidBearerException.class, () -> callers.verify(bearer)).reason());
    }
}
