package dev.keyturn.tokens;

import static dev.keyturn.tokens.TestWebhooks.claims;
import static dev.keyturn.tokens.TestWebhooks.token;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.policy.Grant;
import dev.keyturn.policy.RoomConfig;
import dev.keyturn.policy.VideoGrants;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSignatureTest {

    private static final Instant NOW = TestClock.START;
    private static final KeyRing RING = TestKeys.ringOfThree();
    private static final SigningKey KEY = RING.active();
    private static final String BODY = TestWebhooks.event("room_started", "EV_1", "standup");

    private static SigningKey verified(String body, String... authorization) throws UnverifiedWebhookException {
        return WebhookSignature.verify(List.of(authorization), body.getBytes(UTF_8), RING, NOW);
    }

    private static WebhookFault fault(String body, String... authorization) {
        return assertThrows(UnverifiedWebhookException.class, () -> verified(body, authorization)).fault();
    }

    @ParameterizedTest
    @ValueSource(strings = {"APIold", "APInow", "APInew"})
    void a_webhook_of_any_key_of_the_ring_is_verified_and_its_key_known(String name) throws Exception {
        var key = RING.find(new ApiKey(name)).orElseThrow();

        assertEquals(key, verified(BODY, token(key, BODY, NOW)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer ", "bearer ", "BEARER   ", "  "})
    void the_token_stands_bare_as_livekit_sends_it_or_behind_its_scheme(String before) throws Exception {
        assertEquals(KEY, verified(BODY, before + token(KEY, BODY, NOW)));
    }

    @ParameterizedTest
    @CsvSource({"0,", "-59,", "-60,", "-61,NOT_YET_VALID", "359,", "360,", "361,EXPIRED"})
    void it_is_verified_from_a_minute_before_it_begins_to_a_minute_after_it_ends(long seconds, WebhookFault fault)
            throws Exception {
        var token = token(KEY, BODY, NOW.minusSeconds(seconds));
        if (fault == null) {
            assertEquals(KEY, verified(BODY, token));
        } else {
            assertEquals(fault, fault(BODY, token));
        }
    }

    @Test
    void one_for_another_body_is_refused_even_where_only_a_blank_differs() {
        assertEquals(WebhookFault.HASH, fault(BODY + " ", token(KEY, BODY, NOW)));
    }

    @Test
    void a_participants_token_is_no_webhook() {
        var grant = new Grant("standup", "alice", "", "", Map.of(),
                VideoGrants.PARTICIPANT, RoomConfig.NONE, Duration.ofMinutes(10));
        assertEquals(WebhookFault.HASH, fault(BODY, new TokenWriter().write(KEY, grant, NOW, "id")));
        assertEquals(WebhookFault.HASH, fault("", new TokenWriter().write(KEY, grant, NOW, "id")));
    }

    @Test
    void what_nobody_of_the_ring_signed_is_refused() {
        var stranger = TestKeys.staged("APIstranger");
        assertEquals(WebhookFault.UNKNOWN_KEY, fault(BODY, token(stranger, BODY, NOW)));
        var forged = SigningKey.staged(KEY.key(), stranger.secret(), NOW);
        assertEquals(WebhookFault.SIGNATURE, fault(BODY, token(forged, BODY, NOW)));
    }

    @Test
    void one_that_never_expires_is_refused() {
        var claims = claims(KEY, BODY, NOW);
        claims.remove("exp");
        assertEquals(WebhookFault.NO_EXPIRY, fault(BODY, token(KEY, claims)));
    }

    @Test
    void without_a_token_or_with_two_it_is_refused() {
        var token = token(KEY, BODY, NOW);
        assertEquals(WebhookFault.NO_TOKEN, fault(BODY));
        assertEquals(WebhookFault.NO_TOKEN, fault(BODY, token, token));
        for (var text : List.of("", "Bearer", "Bearer ", "x", "a.b.c", "Basic dTpw", "Bearer Bearer " + token)) {
            assertEquals(WebhookFault.MALFORMED, fault(BODY, text), text);
        }
    }

    @Test
    void a_dropped_key_is_refused_as_soon_as_the_ring_has_moved() {
        var old = RING.find(new ApiKey("APIold")).orElseThrow();
        var refused = assertThrows(UnverifiedWebhookException.class, () -> WebhookSignature.verify(
                List.of(token(old, BODY, NOW)), BODY.getBytes(UTF_8), RING.drop(old.key()), NOW));
        assertEquals(WebhookFault.UNKNOWN_KEY, refused.fault());
    }

    @Test
    void a_random_token_or_body_is_refused_and_nothing_else_happens() {
        var random = new Random(20260302);
        var good = token(KEY, BODY, NOW);
        var alphabet = "ABCabc019-_.=+/ é{}\"";
        for (int i = 0; i < 30_000; i++) {
            var text = new StringBuilder(random.nextBoolean() ? good : BODY);
            // not in the last character of the signature, of whose six bits base64 ignores two
            var at = random.nextInt(text.length() - 1);
            var other = alphabet.charAt(random.nextInt(alphabet.length()));
            if (text.charAt(at) != other) {
                text.setCharAt(at, other);
                var isBody = text.charAt(0) != 'e' && text.length() == BODY.length();
                fault(isBody ? text.toString() : BODY, isBody ? good : text.toString());
            }
        }
    }
}
