package dev.keyturn.policy;

import dev.keyturn.policy.RoomConfig.AgentDispatch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.nodes.Node;

/** Reads the {@code room_config} of a rule. */
record RoomConfigReader(Problems problems) {

    private static final long UINT32_MAX = 0xffff_ffffL;

    RoomConfig read(Node node) {
        var section = new Section(node, problems, "room_config", RoomConfigTerms.WORDS);
        return new RoomConfig(
                section.text("name").orElse(""),
                number(section, "empty_timeout"),
                number(section, "departure_timeout"),
                number(section, "max_participants"),
                section.text("metadata").orElse(""),
                number(section, "min_playout_delay"),
                number(section, "max_playout_delay"),
                section.flag("sync_streams").orElse(null),
                section.list("agents").stream().map(this::agent).toList(),
                section.read("tags", this::texts).orElse(Map.of()));
    }

    private Long number(Section section, String word) {
        return section.read(word, node -> {
            var value = new Values(problems).scalar(node);
            if (value == null || value instanceof Long number && number >= 1 && number <= UINT32_MAX) {
                return (Long) value;
            }
            problems.add(node, word + " is a whole number from 1 to " + UINT32_MAX
                    + ", not " + value + "; leave it out for LiveKit's own");
            return null;
        }).orElse(null);
    }

    private AgentDispatch agent(Node node) {
        int before = problems.count();
        var section = new Section(node, problems, "an agent", RoomConfigTerms.AGENT_WORDS);
        if (problems.count() == before && !section.has("agent_name")) {
            problems.add(node, "an agent needs its agent_name, the one it is registered under (\"\" for one without)");
        }
        return new AgentDispatch(
                section.text("agent_name").orElse(""),
                section.text("metadata").orElse(""),
                section.text("deployment").orElse(""),
                section.read("attributes", this::texts).orElse(Map.of()));
    }

    private Map<String, String> texts(Node node) {
        var values = new Values(problems);
        var texts = new LinkedHashMap<String, String>();
        new Section(node, problems).entries().forEach((key, value) -> {
            var text = values.text(value);
            texts.put(key, text == null ? "" : text);
        });
        return texts;
    }

    /** Reports agents that are named twice, here or in what a request may dispatch. */
    void checkAgents(Node node, List<AgentDispatch> given, AllowedAgents allowed) {
        for (int i = 0; i < given.size(); i++) {
            var name = given.get(i).agentName();
            if (given.subList(0, i).stream().anyMatch(agent -> agent.agentName().equals(name))) {
                problems.add(node, "the agent \"" + name + "\" is dispatched twice");
            }
            if (allowed.allowed().stream().anyMatch(one -> one.name().toString().equals(name))) {
                problems.add(node, "the agent \"" + name + "\" is dispatched by room_config, and a request may not"
                        + " dispatch it again: name it in one place, room_config or agents");
            }
        }
    }
}
