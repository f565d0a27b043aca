package dev.keyturn.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keyturn.tokens.FuzzRules.Name;
import dev.keyturn.tokens.FuzzRules.Rule;
import dev.keyturn.tokens.FuzzRules.Who;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Says by {@link FuzzRules} whether somebody may have what is asked for, and what must then be in the token. */
final class FuzzOracle {

    private static final Pattern MADE_UP = Pattern.compile("[0-9A-Za-z]{22}");
    private static final int LONGEST_NAME = 256;

    private FuzzOracle() {}

    static boolean allows(Who who, FuzzAsked asked) {
        var room = asked.text("room_name");
        var rule = FuzzRules.decides(who, room);
        if (rule == null || !isName(room) || room.isEmpty() && rule.roomsOf(who).isEmpty()) {
            return false;
        }
        var identity = rule.identity().apply(who);
        var wanted = asked.text("participant_identity");
        return identity.head() != null && isName(wanted) && (wanted.isEmpty() || identity.covers(wanted))
                && maySet(rule, "participant_name", asked)
                && FuzzAsked.bytes(asked.text("participant_name")) <= LONGEST_NAME
                && maySet(rule, "participant_metadata", asked)
                && asked.attributes().keySet().stream().allMatch(key -> rule.maySet().contains("participant_attributes")
                        || rule.maySet().contains("participant_attributes." + key))
                && asked.roomConfig().entrySet().stream()
                        .allMatch(field -> mayConfigure(rule, field.getKey(), field.getValue()))
                && mayDispatch(rule, asked.agents());
    }

    private static boolean isName(String name) {
        return FuzzRules.isClean(name) && FuzzAsked.bytes(name) <= LONGEST_NAME;
    }

    private static boolean maySet(Rule rule, String field, FuzzAsked asked) {
        return asked.text(field).isEmpty() || rule.maySet().contains(field);
    }

    private static boolean mayConfigure(Rule rule, String field, Object value) {
        var own = rule.roomConfig().get(field);
        return (rule.maySet().contains("room_config") || rule.maySet().contains("room_config." + field))
                && (!(own instanceof Long most) || (Long) value <= most)
                && (!(own instanceof Map<?, ?> tags)
                        || ((Map<?, ?>) value).keySet().stream().noneMatch(tags::containsKey));
    }

    private static boolean mayDispatch(Rule rule, List<FuzzAsked.Agent> agents) {
        var names = new HashSet<String>();
        ownAgents(rule).forEach(agent -> names.add(agent.split("@")[0]));
        return agents.stream().allMatch(
                agent -> names.add(agent.name()) && rule.agents().test(agent.name(), agent.deployment()));
    }

    @SuppressWarnings("unchecked")
    private static List<String> ownAgents(Rule rule) {
        return (List<String>) rule.roomConfig().getOrDefault("agents", List.of());
    }

    /**
     * What a token must be, to the last claim; only its times, {@code jti} and {@code iss} are left out.
     *
     * @param token for the names that the server made up, which are checked to be such
     */
    static JsonNode expected(Who who, FuzzAsked asked, JsonNode token) throws IOException {
        var rule = FuzzRules.decides(who, asked.text("room_name"));
        var claims = new TreeMap<String, Object>();
        var wanted = asked.text("participant_identity");
        claims.put("sub", chosen(rule.identity().apply(who), wanted, token.path("sub").asText()));
        claims.put("name", or(asked.text("participant_name"), rule.ownName().apply(who)));
        claims.put("metadata", or(asked.text("participant_metadata"), rule.ownMetadata().apply(who)));
        var attributes = new TreeMap<>(asked.attributes());
        attributes.putAll(rule.ownAttributes().apply(who));
        claims.put("attributes", attributes);
        var video = new TreeMap<String, Object>();
        for (var always : List.of("canPublish", "canSubscribe", "canPublishData")) {
            video.put(always, false);
        }
        rule.grants().forEach(grant -> video.put(grant, true));
        var first = asked.text("room_name").isEmpty() ? rule.roomsOf(who).get(0) : null;
        video.put("room", chosen(first, asked.text("room_name"), token.at("/video/room").asText()));
        if (!rule.sources().isEmpty()) {
            video.put("canPublishSources", List.of("microphone", "camera"));
        }
        claims.put("video", video);
        claims.put("roomConfig", roomConfig(rule, asked));
        claims.values().removeIf(value -> List.of("", Map.of()).contains(value));
        return FuzzAsked.JSON.readTree(FuzzAsked.JSON.writeValueAsBytes(claims));
    }

    static ObjectNode withoutTimes(JsonNode token) {
        return ((ObjectNode) token.deepCopy()).remove(List.of("iss", "jti", "nbf", "iat", "exp"));
    }

    private static String or(String asked, String own) {
        return asked.isEmpty() ? own : asked;
    }

    private static String chosen(Name name, String asked, String inToken) {
        if (!asked.isEmpty()) {
            return asked;
        }
        if (!name.open()) {
            return name.head();
        }
        var madeUp = inToken.startsWith(name.head()) ? inToken.substring(name.head().length()) : "";
        return MADE_UP.matcher(madeUp).matches() ? inToken : name.head() + "and 22 random characters";
    }

    private static Map<String, Object> roomConfig(Rule rule, FuzzAsked asked) {
        var config = new TreeMap<String, Object>();
        rule.roomConfig().forEach((field, value) -> config.put(camel(field), value));
        asked.roomConfig().forEach((field, value) -> {
            if (value instanceof Map<?, ?> tags && config.get(field) instanceof Map<?, ?> own) {
                var all = new TreeMap<Object, Object>(tags);
                all.putAll(own);
                config.put(field, all);
            } else {
                config.put(camel(field), value);
            }
        });
        var agents = new ArrayList<Object>();
        ownAgents(rule).forEach(agent ->
                agents.add(Map.of("agentName", agent.split("@")[0], "deployment", agent.split("@")[1])));
        asked.agents().forEach(agent -> agents.add(agent.inToken()));
        config.put("agents", agents);
        config.values().removeIf(value -> List.of(List.of(), Map.of()).contains(value));
        return config;
    }

    private static String camel(String field) {
        var words = field.split("_");
        var camel = new StringBuilder(words[0]);
        for (int i = 1; i < words.length; i++) {
            camel.append(Character.toUpperCase(words[i].charAt(0))).append(words[i].substring(1));
        }
        return camel.toString();
    }
}
