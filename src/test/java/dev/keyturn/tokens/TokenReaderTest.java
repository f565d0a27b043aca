package dev.keyturn.tokens;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.Hmac;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.policy.Grant;
import dev.keyturn.policy.RoomConfig;
import dev.keyturn.policy.VideoGrants;
import dev.keyturn.tokens.TokenReader.Reading;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenReaderTest {

    private static final Instant NOW = TestClock.START;
    private static final KeyRing RING = TestKeys.ringOfThree();
    private static final Grant GRANT = new Grant("standup", "alice", "", "", Map.of(),
            VideoGrants.PARTICIPANT, RoomConfig.NONE, Duration.ofMinutes(10));

    private static String token(SigningKey key) {
        return new TokenWriter().write(key, GRANT, NOW, "id");
    }

    /** A JWT with these parts, signed as it should be. */
    private static String signed(String header, String claims) {
        var content = base64(header) + "." + base64(claims);
        var hmac = Hmac.keyed(RING.active().secret()).doFinal(content.getBytes(UTF_8));
        return content + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(hmac);
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
    }

    private static Reading read(String token) {
        return TokenReader.read(token, RING, NOW);
    }

    @ParameterizedTest
    @ValueSource(strings = {"APIold", "APInow", "APInew"})
    void a_token_of_any_key_of_the_ring_is_valid_and_its_key_is_told(String name) {
        var key = RING.find(new ApiKey(name)).orElseThrow();
        var reading = read(token(key));

        assertTrue(reading.isValid());
        assertEquals(key, reading.key().orElseThrow());
        assertEquals("alice", reading.claims().path("sub").asText());
    }

    @ParameterizedTest
    @CsvSource({"599,true", "600,true", "660,true", "661,false", "86400,false", "-60,true", "-61,false"})
    void a_token_is_valid_from_a_minute_before_it_begins_to_a_minute_after_it_ends(long seconds, boolean isValid) {
        var reading = TokenReader.read(token(RING.active()), RING, NOW.plusSeconds(seconds));

        assertEquals(isValid, reading.isValid(), reading.toString());
        assertEquals("standup", reading.claims().at("/video/room").asText(), "it can be read all the same");
    }

    @Test
    void a_key_that_the_ring_does_not_know_is_named() {
        var reading = read(token(TestKeys.staged("APIstranger")));

        assertTrue(reading.problem().orElseThrow().contains("APIstranger"));
        assertTrue(reading.key().isEmpty());
    }

    @Test
    void a_token_signed_with_another_secret_under_a_known_name_is_not_valid() {
        var forged = SigningKey.staged(new ApiKey("APInow"), TestKeys.staged("APIstranger").secret(), NOW);

        assertTrue(read(token(forged)).problem().orElseThrow().contains("signature"));
    }

    @Test
    void a_token_is_not_valid_with_any_part_of_another() {
        var parts = token(RING.active()).split("\\.");
        var other = token(TestKeys.staged("APInow")).split("\\."); // the same key
        var admin = base64("{\"iss\":\"APInow\",\"exp\":9999999999,\"video\":{\"roomAdmin\":true}}");

        assertTrue(read(String.join(".", other)).isValid());
        assertFalse(read(parts[0] + "." + admin + "." + parts[2]).isValid());
        assertFalse(read(base64("{\"alg\":\"HS256\"}") + "." + parts[1] + "." + parts[2]).isValid());
        assertFalse(read(parts[0] + "." + parts[1] + ".").isValid());
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "HS384", "HS512", "RS256", "hs256", ""})
    void any_algorithm_but_hs256_is_refused_even_where_the_signature_is_right(String alg) {
        var reading = read(signed("{\"alg\":\"" + alg + "\"}", "{\"iss\":\"APInow\",\"exp\":9999999999}"));

        assertEquals("its algorithm is not HS256", reading.problem().orElseThrow());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "\"exp\":9999999999 | true", "\"exp\":1e300 | true", "\"exp\":9223372036854775807 | true",
        "\"exp\":99999999999999999999 | true", "\"exp\":-9223372036854775808 | false", "\"exp\":0 | false",
        "\"exp\":\"9999999999\" | false", "\"exp\":null | false",
        "\"x\":1 | false", "\"exp\":9999999999,\"nbf\":1e300 | false", "\"exp\":9999999999,\"nbf\":-1e300 | true",
        "\"exp\":9999999999,\"nbf\":9223372036854775807 | false"})
    void a_time_that_no_calendar_holds_is_compared_like_any_other(String times, boolean isValid) {
        assertEquals(isValid, read(signed("{\"alg\":\"HS256\"}", "{\"iss\":\"APInow\"," + times + "}")).isValid());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "...", "canary", "canary.canary", "canary.canary.canary",
        "e30.e30", "e30.e30.e30.e30", "e30..e30",
        "W10.e30.", "e30.W10.", "bnVsbA.e30.", "e30.IiI.", "e30.e.", "é.é.é", "e30.e30\n.", " e30.e30.",
        "eyJhIjoxLCJhIjoyfQ.e30."})
    void what_is_no_jwt_is_refused_and_not_repeated(String text) {
        var refusal = assertThrows(IllegalArgumentException.class, () -> read(text));
        assertFalse(refusal.getMessage().contains("canary"), refusal.getMessage());
    }

    @Test
    void more_than_a_megabyte_is_no_jwt() {
        assertThrows(IllegalArgumentException.class, () -> read(".".repeat((1 << 20) + 1)));
    }

    @Test
    void a_mutated_token_is_refused_or_not_valid() {
        var seed = 20260301L;
        var random = new Random(seed);
        var good = token(RING.active());
        var alphabet = "ABCDEFGHabcdefgh0123456789-_.=+/ é";
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder(good);
            // not in the last character of the signature, of whose six bits base64 ignores two
            for (int times = 1 + random.nextInt(3); times > 0; times--) {
                text.setCharAt(random.nextInt(good.length() - 1), alphabet.charAt(random.nextInt(alphabet.length())));
            }
            if (text.toString().equals(good)) {
                continue;
            }
            try {
                assertFalse(read(text.toString()).isValid(), "seed " + seed + ", token " + i);
            } catch (IllegalArgumentException refused) {
                // no JWT any more
            } catch (RuntimeException e) {
                fail("seed " + seed + ", token " + i + ": " + text, e);
            }
        }
    }
}
