package dev.keyturn.rotation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.ApiSecret;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.SigningKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFileTest {

    private static final String A = "canary-a-0123456789abcdefghijklmnopqrs";
    private static final String B = "canary-b-0123456789abcdefghijklmnopqrs";

    private static KeyRing ring(String name, String secret) {
        var staged = SigningKey.staged(new ApiKey(name), ApiSecret.of(secret), TestClock.START);
        return KeyRing.first(staged, TestClock.START);
    }

    @Test
    void all_keys_of_a_ring_are_written_oldest_first() {
        var made = Instant.parse("2026-01-31T00:00:00Z");
        assertEquals("# Keyturn: ring version 4, APInow signs, made 2026-01-31T00:00:00Z\n"
                + "APIold: \"" + TestKeys.secretOf("APIold") + "\"\n"
                + "APInow: \"" + TestKeys.secretOf("APInow") + "\"\n"
                + "APInew: \"" + TestKeys.secretOf("APInew") + "\"\n", KeyFile.of(TestKeys.ringOfThree(), made).text());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "12345678901234567890123456789012345678901", "0x123456789012345678901234567890123",
        "\"quotes\"in\"it\"0123456789abcdefghijkl", "back\\slashes\\n\\\"0123456789abcdefgh",
        "\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\",
        "#'{}[]&*!|>%@`,?:-~0123456789abcdefghij", "1e10000000000000000000000000000000000000"})
    void whatever_a_secret_is_made_of_it_is_read_as_it_was_written(String secret) {
        var text = KeyFile.of(ring("APIa", secret), TestClock.START).text();

        assertEquals(Map.of(new ApiKey("APIa"), ApiSecret.of(secret)), KeyFile.read(text).pairs());
    }

    @ParameterizedTest
    @ValueSource(strings = {"12345", "1.5", "null", "true", "no", "0x1f", "1e3", "-", "--", "---", "...",
        "2026-01-01", ".", "_", "-1"})
    void whatever_yaml_makes_of_a_keys_name_it_is_read_as_it_was_written(String name) {
        assertEquals(List.of(new ApiKey(name)), List.copyOf(
                KeyFile.read(KeyFile.of(ring(name, A), TestClock.START).text()).pairs().keySet()));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "a: " + A + "\nb: " + B,
        "a: '" + A + "'\nb: \"" + B + "\"\n",
        "# keys\n\na:   " + A + "   # the first\nb: " + B + "\n",
        "{\"a\": \"" + A + "\", \"b\": \"" + B + "\"}",
        "---\na: " + A + "\nb: " + B + "\n"})
    void a_key_file_is_read_however_livekit_would_read_it(String text) {
        var pairs = KeyFile.read(text).pairs();

        assertEquals(List.of(new ApiKey("a"), new ApiKey("b")), List.copyOf(pairs.keySet()));
        assertEquals(List.of(ApiSecret.of(A), ApiSecret.of(B)), List.copyOf(pairs.values()));
    }

    @Test
    void an_unquoted_secret_of_digits_is_text() {
        var digits = "00345678901234567890123456789012345678901";
        assertEquals(ApiSecret.of(digits), KeyFile.read("a: " + digits).pairs().get(new ApiKey("a")));
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(strings = {
        "   \n", "# nothing\n", A, "- a: " + A, "keys:\n  a: " + A, "a: [" + A + "]", "a:\n", "a: canary",
        "a canary: " + A, "a:" + A, "a: " + A + "\na: " + B, "a: " + A + "\n\"a\": " + A, "a: \"" + A,
        "a: " + A + "\n  b: " + B, "? [" + A + "]\n: " + B,
        "a: " + A + "\n---\nb: " + B, "a: *canary", "a: \u0000" + A, "a: {canary: 1}", "\ta: " + A})
    void a_file_that_is_none_is_refused_and_not_quoted(String text) {
        var refusal = assertThrows(IllegalArgumentException.class, () -> KeyFile.read(text == null ? "null" : text));

        assertFalse(refusal.getMessage().contains("canary"), refusal.getMessage());
        assertNull(refusal.getCause());
    }

    @Test
    void a_file_nested_beyond_reason_is_refused() {
        assertThrows(IllegalArgumentException.class, () -> KeyFile.read("[".repeat(100_000)));
    }
}
