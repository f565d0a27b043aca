package dev.keyturn.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A body as anyone would read it who knows its fields: in either casing, and null, empty, 0 and false as not asked. */
record FuzzAsked(Map<String, JsonNode> fields) {

    static final ObjectMapper JSON = new ObjectMapper();

    record Agent(String name, String deployment, Map<String, Object> inToken) {}

    /** @throws IOException if it is no JSON at all */
    static FuzzAsked of(byte[] body) throws IOException {
        var tree = JSON.readTree(body);
        return new FuzzAsked(tree == null ? Map.of() : members(tree));
    }

    private static Map<String, JsonNode> members(JsonNode object) {
        var members = new TreeMap<String, JsonNode>();
        object.fields().forEachRemaining(field -> members.put(
                field.getKey().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT), field.getValue()));
        return members;
    }

    private static String text(JsonNode value) {
        return value == null || !value.isTextual() ? "" : value.textValue();
    }

    private static Map<String, String> texts(JsonNode value) {
        var texts = new TreeMap<String, String>();
        if (value != null) {
            value.fields().forEachRemaining(field -> {
                if (field.getValue().isTextual()) {
                    texts.put(field.getKey(), field.getValue().textValue());
                }
            });
        }
        return texts;
    }

    String text(String field) {
        return text(fields.get(field));
    }

    Map<String, String> attributes() {
        return texts(fields.get("participant_attributes"));
    }

    /** What is asked of the room's configuration, but its agents: text, numbers, true, and tags as a map. */
    Map<String, Object> roomConfig() {
        var asked = new TreeMap<String, Object>();
        for (var name : List.of("name", "metadata", "empty_timeout", "departure_timeout", "max_participants",
                "min_playout_delay", "max_playout_delay", "sync_streams", "tags")) {
            var value = config().get(name);
            if (name.equals("tags")) {
                asked.put(name, texts(value));
            } else if (value != null && !value.isNull()) {
                asked.put(name, value.isTextual() ? value.textValue()
                        : value.isBoolean() ? (Object) value.booleanValue() : value.longValue());
            }
        }
        asked.values().removeIf(value -> List.of("", false, 0L, Map.of()).contains(value));
        return asked;
    }

    private Map<String, JsonNode> config() {
        return fields.containsKey("room_config") ? members(fields.get("room_config")) : Map.of();
    }

    List<Agent> agents() {
        var agents = new ArrayList<Agent>();
        if (config().get("agents") != null) {
            config().get("agents").forEach(agent -> {
                var of = members(agent);
                var inToken = new TreeMap<String, Object>();
                inToken.put("agentName", text(of.get("agent_name")));
                inToken.put("metadata", text(of.get("metadata")));
                inToken.put("deployment", text(of.get("deployment")));
                inToken.put("attributes", texts(of.get("attributes")));
                inToken.values().removeIf(value -> List.of("", Map.of()).contains(value));
                agents.add(new Agent(text(of.get("agent_name")), text(of.get("deployment")), inToken));
            });
        }
        return agents;
    }

    static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
