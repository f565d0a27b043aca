package dev.keyturn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

class TimesTest {

    @Command(name = "test")
    private static final class Any {}

    private static final CommandLine LINE = new CommandLine(new Any());

    @ParameterizedTest
    @CsvSource({"PT0S,0 s", "PT59.9S,59 s", "PT60S,1 min", "PT70S,1 min 10 s", "PT1H,1 h", "PT1H59S,1 h",
        "PT3H20M5S,3 h 20 min", "PT49H,2 d 1 h", "P30D,30 d"})
    void a_span_is_said_in_its_two_largest_units(Duration span, String said) {
        assertEquals(said, Times.span(span));
    }

    @Test
    void a_moment_is_said_with_how_far_away_it_is() {
        var now = TestClock.START;

        assertEquals("2026-03-01T12:00:30Z (in 30 s)", Times.when(now.plusSeconds(30), now));
        assertEquals("2026-03-01T11:58:00Z (2 min ago)", Times.when(now.minusSeconds(120), now));
    }

    @ParameterizedTest
    @CsvSource({"90s,PT90S", "10m,PT10M", "2h,PT2H", "1h30m,PT90M", "21d,P21D"})
    void a_time_is_typed_as_people_do(String typed, Duration time) {
        assertEquals(time, Times.parse(LINE.getCommandSpec(), "--wait", typed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "m", "-5s", "0s", "1w", "99999999h", "soon"})
    void what_is_no_time_is_named_with_its_option(String typed) {
        var refusal = assertThrows(
                ParameterException.class, () -> Times.parse(LINE.getCommandSpec(), "--wait", typed));

        assertTrue(refusal.getMessage().startsWith("--wait is a time such as 90s"), refusal.getMessage());
    }
}
