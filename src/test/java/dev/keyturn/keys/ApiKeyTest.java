package dev.keyturn.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.HashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyTest {

    @Test
    void a_generated_key_looks_like_one_of_livekits_and_no_two_are_alike() {
        var random = new SecureRandom();
        var seen = new HashSet<ApiKey>();
        for (int i = 0; i < 1_000; i++) {
            var key = ApiKey.generate(random);
            assertTrue(key.value().matches("API[0-9A-Za-z]{12}"), key.value());
            assertTrue(seen.add(key), key.value());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"devkey", "APIabc", "a", "my.key_2-b", "123"})
    void a_key_of_harmless_characters_is_taken(String name) {
        assertEquals(name, new ApiKey(name).toString());
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(strings = {"canary canary", "canary|x", "canary\n", "canary:", "canary\"", "canaryé", "canary\u0000"})
    void any_other_text_is_refused_and_not_repeated(String name) {
        var refusal = assertThrows(IllegalArgumentException.class, () -> new ApiKey(name));
        assertFalse(refusal.getMessage().contains("canary"), refusal.getMessage());
    }

    @Test
    void a_key_has_at_most_128_characters() {
        assertEquals(128, new ApiKey("k".repeat(128)).value().length());
        assertThrows(IllegalArgumentException.class, () -> new ApiKey("k".repeat(129)));
    }
}
