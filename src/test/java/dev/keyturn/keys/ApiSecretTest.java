package dev.keyturn.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.keyturn.TestKeys;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiSecretTest {

    private static final ApiSecret CANARY = ApiSecret.of(TestKeys.secretOf("APIkey"));

    @Test
    void a_generated_secret_is_43_characters_of_base62() {
        var secret = ApiSecret.generate(new SecureRandom()).reveal();
        assertTrue(secret.matches("[0-9A-Za-z]{43}"), "its shape is wrong");
    }

    /** The same characters in every run. */
    private static final class Predictable extends SecureRandom {

        private final Random random = new Random(42);

        @Override
        public int nextInt(int bound) {
            return random.nextInt(bound);
        }
    }

    @Test
    void every_character_of_the_alphabet_is_drawn_about_as_often() {
        var random = new Predictable();
        var counts = new TreeMap<Integer, Integer>();
        for (int i = 0; i < 2_000; i++) {
            ApiSecret.generate(random).reveal().chars().forEach(c -> counts.merge(c, 1, Integer::sum));
        }
        var expected = 2_000 * 43 / 62;
        assertEquals(62, counts.size());
        counts.forEach((c, n) ->
                assertTrue(Math.abs(n - expected) < expected / 5, (char) (int) c + " came " + n + " times"));
    }

    @Test
    void a_secret_prints_redacted_wherever_it_is_put() {
        var key = TestKeys.staged("APIkey");
        var trace = new StringWriter();
        new IllegalStateException("with " + CANARY, new RuntimeException(key.toString()))
                .printStackTrace(new PrintWriter(trace));
        var printed = List.of(CANARY.toString(), "" + CANARY, String.format("%s %10s %S", CANARY, CANARY, CANARY),
                key.toString(), List.of(CANARY).toString(), Map.of("a", CANARY).toString(),
                Optional.of(CANARY).toString(), TestKeys.ring("APIkey").keys().toString(), trace.toString(),
                new KeyRingStore.Stored(TestKeys.ring("APIkey"), 1).toString());

        printed.forEach(text -> assertFalse(text.toLowerCase(Locale.ROOT).contains("canary"), text));
        assertEquals("[redacted]", CANARY.toString());
    }

    @Test
    void a_json_mapper_that_comes_across_a_key_does_not_find_its_secret() throws Exception {
        var mapper = JsonMapper.builder().disable(SerializationFeature.FAIL_ON_EMPTY_BEANS).build();
        assertFalse(mapper.writeValueAsString(List.of(CANARY)).contains("canary"));
    }

    @Test
    void a_hash_code_says_nothing_of_the_secret() {
        assertEquals(CANARY.hashCode(), ApiSecret.of("y".repeat(40)).hashCode());
    }

    @Test
    void secrets_are_equal_when_their_text_is() {
        assertEquals(CANARY, ApiSecret.of(TestKeys.secretOf("APIkey")));
        assertNotEquals(CANARY, ApiSecret.of(TestKeys.secretOf("APIother")));
        assertNotEquals(CANARY, TestKeys.secretOf("APIkey"));
    }

    @Test
    void a_secret_has_32_to_1024_characters() {
        assertEquals(32, ApiSecret.of("x".repeat(32)).reveal().length());
        assertEquals(1024, ApiSecret.of("x".repeat(1024)).reveal().length());
        assertThrows(IllegalArgumentException.class, () -> ApiSecret.of("x".repeat(31)));
        assertThrows(IllegalArgumentException.class, () -> ApiSecret.of("x".repeat(1025)));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "canary", "canary canary canary canary canary", "canary\ncanary-canary-canary-canary",
            "canary-canary-canary-canary-canary-é", "canary-canary-canary-canary-canary-\u007f"})
    void a_text_that_is_no_secret_is_refused_and_not_repeated(String text) {
        var refusal = assertThrows(IllegalArgumentException.class, () -> ApiSecret.of(text));
        assertFalse(refusal.getMessage().contains("canary"), refusal.getMessage());
    }
}
