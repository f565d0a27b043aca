package dev.keyturn.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreferencesTest {

    private static final Duration LONGEST = Duration.ofSeconds(60);

    private static long seconds(String... lines) {
        return Preferences.wait(List.of(lines), LONGEST).toSeconds();
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " => ", quoteCharacter = '`', textBlock = """
            wait=10                                      => 10
            wait=60                                      => 60
            wait=61                                      => 60
            wait=99999999999999999999999                 => 60
            WAIT = "7"                                   => 7
            respond-async, wait=5                        => 5
            handling=lenient; a=b, wait=5; foo="x, y"    => 5
            foo="wait=3, \\", wait=4", wait=5             => 5
            wait=5, wait=6                               => 5
            wait=x, wait=6                               => 0
            wait                                         => 0
            wait=                                        => 0
            wait=-1                                      => 0
            wait=1.5                                     => 0
            wait="5                                      => 0
            waiting=5                                    => 0
            foo; wait=5                                  => 0
            "wait=5"                                     => 0
            ,,;=",                                       => 0
            ``                                           => 0
            """)
    void the_wait_is_found_among_whatever_else_stands_there(String line, long seconds) {
        assertEquals(seconds, seconds(line));
    }

    @Test
    void the_header_may_come_several_times() {
        assertEquals(0, seconds());
        assertEquals(9, seconds("respond-async", "wait=9", "wait=10"));
    }

    @Test
    void nothing_that_can_be_sent_fails_or_waits_too_long() {
        var random = new Random(4711);
        var letters = "wait=5 ,;\"\\\t09é";
        for (int i = 0; i < 20_000; i++) {
            var line = new StringBuilder();
            for (int j = random.nextInt(30); j > 0; j--) {
                line.append(letters.charAt(random.nextInt(letters.length())));
            }
            var wait = Preferences.wait(List.of(line.toString()), LONGEST);
            assertFalse(wait.isNegative() || wait.compareTo(LONGEST) > 0, line.toString());
        }
        assertEquals(0, seconds("\"".repeat(8_000) + "\\\"".repeat(4_000) + ",wait".repeat(1_000)));
    }
}
