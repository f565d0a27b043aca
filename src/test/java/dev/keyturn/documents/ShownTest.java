package dev.keyturn.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ShownTest {

    @Test
    void dots_are_anything_on_a_line_and_any_lines_where_they_stand_alone() {
        assertTrue(isShown("a … c\n", "a b c\n"));
        assertTrue(isShown("…\nlast\n", "first\nsecond\nlast\n"));
        assertTrue(isShown("…\nlast\n", "last\n"));
        assertFalse(isShown("a … c\n", "a b d\n"));
        assertFalse(isShown("last\n", "first\nlast\n"));
    }

    @Test
    void a_line_that_is_not_yet_whole_is_not_shown_yet() {
        assertFalse(isShown("ready\n", "ready"));
    }

    @Test
    void it_ends_where_the_next_begins() {
        var output = "took 12 s\nready\nmore\n";
        assertEquals(Optional.of("took 12 s\nready\n".length()), Shown.end("took 3 s\nready\n", output, 0));
        assertTrue(Shown.end("more\n", output, "took 12 s\nready\n".length()).isPresent());
    }

    @Test
    void keys_times_and_ids_are_others_each_time_and_nothing_else_is() {
        assertTrue(isShown("21:37:04  key APIBby49MC0dRbh, 2026-11-28T21:38:05Z (in 29 d 23 h)\n",
                "09:00:00  key APIaBTwOBlXwXYi, 2027-01-01T00:00:00.123Z (in 5 s)\n"));
        assertTrue(isShown("worker 1 (pid 4711) for agent-AJ_bMiabFrQDzvk\n", "worker 1 (pid 9) for agent-AJ_x\n"));
        assertFalse(isShown("worker 1\n", "worker 2\n"));
    }

    @Test
    void json_is_compared_as_json() {
        assertTrue(Shown.isJson("{\"a\": 1, \"b\": {\"c\": \"ey…\"}}", "{\"b\":{\"c\":\"eyJ\"},\"a\":1}"));
        assertFalse(Shown.isJson("{\"a\": 1}", "{\"a\":1,\"b\":2}"));
        assertFalse(Shown.isJson("{\"a\": \"ey…\"}", "{\"a\":\"x\"}"));
        assertFalse(Shown.isJson("{}", ""));
    }

    private static boolean isShown(String shown, String output) {
        return Shown.end(shown, output, 0).isPresent();
    }
}
