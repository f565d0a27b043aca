package dev.keyturn.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.keys.ApiKey;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntityTagsTest {

    private static final ApiKey KEY = new ApiKey("API.a");
    private static final String TAG = EntityTags.of(KEY, "ws://livekit:7880", Optional.of("agent"));

    @Test
    void a_tag_names_the_key_and_changes_with_all_that_is_in_the_answer() {
        assertTrue(TAG.matches("API\\.a\\.[0-9a-f]{8}"), TAG);
        assertNotEquals(TAG, EntityTags.of(KEY, "ws://other:7880", Optional.of("agent")));
        assertNotEquals(TAG, EntityTags.of(KEY, "ws://livekit:7880", Optional.of("other")));
        assertNotEquals(TAG, EntityTags.of(KEY, "ws://livekit:7880", Optional.empty()));
        assertNotEquals(EntityTags.of(KEY, "ab", Optional.of("c")), EntityTags.of(KEY, "a", Optional.of("bc")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"W/\"%s\"", "\"%s\"", "  W/\"%s\" ", "\"other\", W/\"%s\"", "\"a,b\",\"%s\"", "*", " * "})
    void it_is_found_weak_or_strong_and_in_any_list(String header) {
        assertTrue(EntityTags.of(List.of(header.formatted(TAG))).match(TAG), header);
        assertTrue(EntityTags.of(List.of("\"x\"", header.formatted(TAG))).match(TAG), header);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "%s", "\"%s", "\"%s-gzip\"", "W/", "\"*\"", "\"\"", ",,", "\"%s \""})
    void nothing_else_is_it(String header) {
        assertFalse(EntityTags.of(List.of(header.formatted(TAG))).match(TAG), header);
        assertFalse(EntityTags.of(List.of()).match(TAG));
    }

    @Test
    void a_key_is_found_by_its_whole_name() {
        var tags = EntityTags.of(List.of("W/\"nonsense\", W/\"" + TAG + "\""));
        assertEquals(Optional.of(TAG), tags.naming(KEY));
        assertEquals(Optional.empty(), tags.naming(new ApiKey("API")));
        assertEquals(Optional.empty(), EntityTags.of(List.of("*")).naming(KEY));
    }
}
