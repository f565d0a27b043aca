package dev.keyturn.doctor;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Words of a finding. */
final class Words {

    private static final int LONGEST = 120;

    private Words() {}

    /** What a stranger said: short, on one line, and nothing that a terminal would obey. */
    static String printable(String said) {
        var plain = said.replaceAll("[\\p{Cntrl}\\p{Cf}\\u0080-\\u009f\\u2028\\u2029]", "?");
        return plain.length() <= LONGEST ? plain : plain.substring(0, LONGEST) + "...";
    }

    /** {@code 1 node}, {@code 3 nodes}. */
    static String count(long number, String one) {
        return number + " " + one + (number == 1 ? "" : "s");
    }

    /** {@code a, b and c}. */
    static String all(List<?> things) {
        var last = things.size() - 1;
        return last <= 0 ? String.join("", things.stream().map(Object::toString).toList())
                : String.join(", ", things.subList(0, last).stream().map(Object::toString).toList())
                        + " and " + things.get(last);
    }

    /** A time in its largest unit: {@code 89 days}, {@code 3 hours}, {@code 40 s}. */
    static String span(Duration time) {
        if (time.toDays() > 1) {
            return time.toDays() + " days";
        }
        return time.toHours() > 1 ? time.toHours() + " hours"
                : time.toMinutes() > 1 ? time.toMinutes() + " minutes" : time.toSeconds() + " s";
    }

    static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%+.1f s", time.toMillis() / 1000.0);
    }
}
