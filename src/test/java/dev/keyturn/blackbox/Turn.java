package dev.keyturn.blackbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What {@code keyturn rotate --wait --json} said that it did.
 *
 * @param name  for people
 * @param began when it was started
 * @param lines all that it said
 */
record Turn(String name, Instant began, List<JsonNode> lines) {

    private static final ObjectMapper JSON = new ObjectMapper();

    static Turn of(String name, Instant began, List<String> printed) {
        return new Turn(name, began, printed.stream().filter(line -> line.startsWith("{")).map(Turn::json).toList());
    }

    private static JsonNode json(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + line, e);
        }
    }

    private List<JsonNode> done() {
        return lines.stream().filter(line -> line.path("outcome").asText().equals("done"))
                .filter(line -> !line.path("step").asText().equals("destroy")).toList();
    }

    /**
     * The steps that it took, in their order; of the three deliveries each by what it is for. Old versions are
     * destroyed in between, whenever there are some.
     */
    List<String> steps() {
        return done().stream().map(Turn::step).toList();
    }

    private static String step(JsonNode line) {
        var step = line.path("step").asText();
        var why = line.path("message").asText();
        return !step.equals("deliver") ? step
                : why.contains("comes first") ? "reorder" : why.contains("may go") ? "withdraw" : step;
    }

    boolean everSaid(String outcome) {
        return lines.stream().anyMatch(line -> line.path("outcome").asText().equals(outcome));
    }

    /** Each step with the time since the one before: {@code stage 1.4 s, deliver 0.1 s, promote 12.3 s}. */
    String pace() {
        var before = new Instant[] {began};
        var steps = done().stream().map(line -> {
            var at = Instant.parse(line.path("time").asText());
            var took = seconds(Duration.between(before[0], at));
            before[0] = at;
            return step(line) + " " + took;
        }).collect(Collectors.joining(", "));
        return name + ": " + steps + "; " + seconds(Duration.between(began, before[0])) + " together";
    }

    static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
}
