package dev.keyturn;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Time as people type and read it. */
final class Times {

    private static final DateTimeFormatter OF_DAY = DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneOffset.UTC);
    private static final Duration LONGEST = Duration.ofDays(3650);

    private Times() {}

    /**
     * @param text such as 90s, 10m, 2h, 21d
     * @throws ParameterException if it is none, or not positive
     */
    static Duration parse(CommandSpec spec, String option, String text) {
        try {
            var value = Duration.parse((text.endsWith("d") ? "P" : "PT") + text);
            if (!value.isNegative() && !value.isZero() && value.compareTo(LONGEST) < 0) {
                return value;
            }
        } catch (DateTimeParseException e) {
            // said below
        }
        throw new ParameterException(spec.commandLine(), option + " is a time such as 90s, 10m or 2h, not " + text);
    }

    /** {@code 2026-01-31T00:00:00Z (in 3 h 20 min)}. */
    static String when(Instant moment, Instant now) {
        var away = Duration.between(now, moment);
        return moment.truncatedTo(ChronoUnit.SECONDS)
                + (away.isNegative() ? " (" + span(away.negated()) + " ago)" : " (in " + span(away) + ")");
    }

    /** The two largest units: {@code 2 d 3 h}, {@code 5 min 10 s}, {@code 0 s}. */
    static String span(Duration time) {
        var units = new long[] {time.toDays(), time.toHoursPart(), time.toMinutesPart(), time.toSecondsPart()};
        var names = new String[] {" d", " h", " min", " s"};
        for (int i = 0; i < units.length - 1; i++) {
            if (units[i] > 0) {
                return units[i] + names[i] + (units[i + 1] > 0 ? " " + units[i + 1] + names[i + 1] : "");
            }
        }
        return units[3] + names[3];
    }

    /** {@code 14:05:09}, UTC. */
    static String ofDay(Instant now) {
        return OF_DAY.format(now);
    }
}
