package dev.keyturn.agents;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Reads {@code Prefer} (RFC 7240). What is wrong in it, or unknown, is no preference. */
final class Preferences {

    private static final Pattern WAIT = Pattern.compile("wait\\s*=\\s*(\"?)([0-9]+)\\1\\s*(?:;.*)?", Pattern.DOTALL);

    private Preferences() {}

    /**
     * How long the client would wait for an answer ({@code wait=N}, whole seconds).
     *
     * @param prefer  the values of the header; it may have several
     * @param longest the most that it gets
     */
    static Duration wait(List<String> prefer, Duration longest) {
        return prefer.stream().flatMap(line -> split(line).stream())
                .map(one -> one.strip().toLowerCase(Locale.ROOT))
                .filter(one -> one.split("[=;\\s]", 2)[0].equals("wait"))
                .findFirst() // RFC 7240 section 2: of several the first counts
                .map(WAIT::matcher).filter(wait -> wait.matches())
                .map(wait -> seconds(wait.group(2), longest)).orElse(Duration.ZERO);
    }

    /** At each comma that is in no quotes. */
    private static List<String> split(String line) {
        var parts = new ArrayList<String>();
        boolean quoted = false;
        int from = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                parts.add(line.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(line.substring(from));
        return parts;
    }

    private static Duration seconds(String digits, Duration longest) {
        try {
            return Duration.ofSeconds(Math.min(Long.parseLong(digits), longest.toSeconds()));
        } catch (NumberFormatException tooMany) {
            return Duration.ofSeconds(longest.toSeconds());
        }
    }
}
