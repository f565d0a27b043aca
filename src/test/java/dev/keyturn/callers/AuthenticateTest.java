package dev.keyturn.callers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestClock;
import dev.keyturn.policy.Caller;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an Authorization header, or its absence, says about who asks. */
class AuthenticateTest {

    private final TestClock clock = new TestClock();
    private final TestIssuer issuer = TestIssuer.start("https://issuer.test", "RS256", clock);
    private Callers strict;
    private Callers open;

    @TempDir
    Path directory;

    @BeforeEach
    void start() {
        var settings = new HashMap<>(issuer.settings("main", directory));
        strict = new Callers(TestConfig.of(settings), clock, new SimpleMeterRegistry());
        settings.put("keyturn.callers.anonymous", "true");
        open = new Callers(TestConfig.of(settings), clock, new SimpleMeterRegistry());
    }

    @AfterEach
    void stop() {
        strict.stop();
        open.stop();
        issuer.close();
    }

    @Test
    void without_a_header_somebody_is_anonymous_where_that_is_let_in() {
        assertSame(Caller.ANONYMOUS, open.authenticate(List.of()));

        var refused = assertThrows(NotAuthenticatedException.class, () -> strict.authenticate(List.of()));
        assertEquals(Optional.empty(), refused.error());
        assertEquals("Bearer", refused.challenge());
        assertTrue(refused.getMessage().startsWith("a bearer token is needed"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer ", "bearer ", "BEARER ", "Bearer    ", " Bearer "})
    void the_scheme_is_read_in_either_case(String scheme) {
        assertEquals("ada", strict.authenticate(List.of(scheme + issuer.bearer(Map.of()))).subject());
        assertEquals("ada", open.authenticate(List.of(scheme + issuer.bearer(Map.of()) + " ")).subject());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "Basic YTpi", "Digest x", "Bearerx", "Bear er", "Token abc", ","})
    void another_scheme_is_not_authenticated_even_where_nobody_is(String header) {
        for (var callers : List.of(strict, open)) {
            var refused = assertThrows(NotAuthenticatedException.class, () -> callers.authenticate(List.of(header)));
            assertEquals("Bearer", refused.challenge());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Bearer", "Bearer ", "Bearer a b", "Bearer a,b", "Bearer garbage", "Bearer a.b.c", "Bearer \"x\""})
    void a_bad_token_is_refused_even_where_none_would_do(String header) {
        for (var callers : List.of(strict, open)) {
            var refused = assertThrows(NotAuthenticatedException.class, () -> callers.authenticate(List.of(header)));
            assertEquals(Optional.of("invalid_token"), refused.error());
            assertEquals("Bearer error=\"invalid_token\", error_description=\"the bearer token is not a signed JWT\"",
                    refused.challenge());
        }
    }

    @Test
    void two_headers_are_one_too_many_even_if_both_are_good() {
        var header = "Bearer " + issuer.bearer(Map.of());
        var refused = assertThrows(NotAuthenticatedException.class, () -> open.authenticate(List.of(header, header)));

        assertEquals(Optional.of("invalid_request"), refused.error());
    }

    @Test
    void two_tokens_in_one_header_are_not_one() {
        var bearer = issuer.bearer(Map.of());

        for (var between : List.of(", ", " ", ",")) {
            assertThrows(NotAuthenticatedException.class,
                    () -> open.authenticate(List.of("Bearer " + bearer + between + bearer)));
        }
    }

    @Test
    void while_an_issuers_keys_are_not_known_its_callers_are_asked_to_wait() {
        var callers = new Callers(TestConfig.of(issuer.settings("main")), clock, new SimpleMeterRegistry());
        try {
            var later = assertThrows(IssuerKeysUnavailableException.class,
                    () -> callers.authenticate(List.of("Bearer " + issuer.bearer(Map.of()))));
            assertTrue(later.retryAfter().toSeconds() >= 1);
        } finally {
            callers.stop();
        }
    }

    @Test
    void every_sentence_fits_into_a_challenge() {
        for (var reason : InvalidBearerException.Reason.values()) {
            var sentence = new InvalidBearerException(reason).getMessage();
            assertTrue(sentence.matches("[ !#-\\[\\]-~]+"), sentence); // RFC 6750 section 3, error_description
        }
    }

    @Test
    void a_principal_has_the_caller_and_the_types_that_json_web_token_promises() throws Exception {
        var now = clock.instant().getEpochSecond();
        var bearer = issuer.bearer(
                Map.of("groups", List.of("staff"), "preferred_username", "eve", "upn", 5, "big", 1e300));
        var principal = new CallerPrincipal(strict.verify(bearer));

        assertEquals("ada", principal.getName());
        assertEquals("ada", principal.caller().subject());
        assertEquals(Set.of(TestIssuer.AUDIENCE), principal.getAudience());
        assertEquals(Set.of("staff"), principal.getGroups());
        assertEquals(now + TestIssuer.LIFETIME, principal.getExpirationTime());
        assertEquals("https://issuer.test", principal.getIssuer());
        assertFalse(principal.toString().contains("ada"));
        assertTrue(principal.getRawToken() == null);
    }
}
