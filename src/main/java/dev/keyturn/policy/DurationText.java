package dev.keyturn.policy;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * A duration as people write it: a whole number of seconds, minutes or hours, {@code 90s}, {@code 10m}, {@code 24h}.
 */
final class DurationText {

    static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,5})(s|m|h)");

    private DurationText() {}

    /** {@code null} if the text is none. */
    static Duration parse(String text) {
        var parts = FORM.matcher(text);
        if (!parts.matches()) {
            return null;
        }
        long number = Long.parseLong(parts.group(1));
        return switch (parts.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }

    static String of(Duration duration) {
        long seconds = duration.toSeconds();
        return seconds % 3600 == 0 ? seconds / 3600 + "h" : seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }
}
