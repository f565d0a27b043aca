package dev.keyturn.documents;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a document shows of a command's output: {@code …} is anything on its line, and any lines if it stands alone.
 * Keys, times and process ids are others each time.
 */
final class Shown {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Shown() {}

    /** Where in the output, from {@code start} on, what is shown ends; empty if it does not begin so (yet). */
    static Optional<Integer> end(String shown, String output, int start) {
        var pattern = shown.lines().map(line -> line.strip().equals("…") ? "(?:.*\n)*?"
                : anything(alike(line)) + "\\s*\n").collect(Collectors.joining());
        // both are made alike in place, so that places stay: what differs is looked at line by line
        var lines = output.substring(start).split("(?<=\n)");
        var alike = new StringBuilder();
        var ends = new int[lines.length + 1];
        for (int n = 0; n < lines.length; n++) {
            alike.append(alike(lines[n]));
            ends[n + 1] = alike.length();
        }
        var matcher = Pattern.compile(pattern).matcher(alike);
        if (!matcher.lookingAt()) {
            return Optional.empty();
        }
        var end = start;
        for (int n = 0; n < lines.length && ends[n + 1] <= matcher.end(); n++) {
            end += lines[n].length();
        }
        return Optional.of(end);
    }

    static boolean isJson(String shown, String output) {
        try {
            return isAlike(JSON.readTree(shown), JSON.readTree(output));
        } catch (JsonProcessingException none) {
            return false;
        }
    }

    private static boolean isAlike(JsonNode shown, JsonNode there) {
        if (shown.isObject() && there.isObject() && shown.size() == there.size()) {
            return shown.properties().stream().allMatch(field -> there.has(field.getKey())
                    && isAlike(field.getValue(), there.get(field.getKey())));
        }
        return shown.isTextual() && there.isTextual() ? there.asText().matches(anything(shown.asText()))
                : shown.equals(there);
    }

    private static String anything(String line) {
        return Pattern.quote(line).replace("…", "\\E.*\\Q");
    }

    private static String alike(String line) {
        return line.replaceAll("\\bAPI[0-9A-Za-z]{12}\\b", "KEY")
                .replaceAll("\\b(guest-|AJ_)\\w+", "$1ID")
                .replaceAll("\\bpid \\d+", "pid")
                .replaceAll("\\b\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z", "INSTANT")
                .replaceAll("\\b\\d\\d:\\d\\d:\\d\\d\\b", "TIME")
                .replaceAll("\\b\\d+ (s|min|h|d)\\b( \\d+ (s|min|h)\\b)?", "A WHILE")
                .replaceAll("(?<=\\S) +(?=\\S)", " ");
    }
}
