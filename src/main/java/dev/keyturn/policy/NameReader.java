package dev.keyturn.policy;

import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** Reads the names in a rule: its own, of its rooms, its participants and the agents that may be dispatched. */
record NameReader(Problems problems, TemplateReader templates) {

    static final List<String> AGENT_WORDS = List.of("name", "deployments");
    static final Pattern RULE = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    /** The rule's own name. */
    String rule(Section section) {
        var name = section.text("name").orElse("");
        if (section.has("name") && !RULE.matcher(name).matches()) {
            problems.add(section.get("name"),
                    "a rule's name is 1 to 63 lower-case letters, digits and -, with no - first: \""
                            + name + "\" is not");
        }
        return name;
    }

    Rooms rooms(Node node) {
        if (node instanceof ScalarNode scalar && scalar.getValue().equals("fresh")) {
            return new Rooms(List.of(NamePattern.of(Template.parse("*", null))), false);
        }
        if (node instanceof MappingNode) {
            return new Section(node, problems, "rooms", List.of("fresh"))
                    .text("fresh")
                    .map(prefix -> templates.parsed(node, prefix + "*", NamePattern::of))
                    .map(pattern -> new Rooms(List.of(pattern), false))
                    .orElse(null);
        }
        var values = new Values(problems);
        var patterns = values.oneOrMore(node).stream().map(this::pattern).filter(Objects::nonNull).toList();
        return new Rooms(patterns, true);
    }

    NamePattern pattern(Node node) {
        var text = new Values(problems).text(node);
        if (text != null && text.isEmpty()) {
            problems.add(node, "this name is empty");
            return null;
        }
        return text == null ? null : templates.parsed(node, text, NamePattern::of);
    }

    /** The caller's own. */
    NamePattern subject() {
        return NamePattern.of(Template.parse("{sub}", null));
    }

    AllowedAgents.Allowed agent(Node node) {
        if (node instanceof ScalarNode) {
            return allowed(node, List.of());
        }
        var section = new Section(node, problems, "an agent", AGENT_WORDS);
        if (!section.has("name")) {
            problems.add(node, "an agent needs its name, the one it is registered under");
            return null;
        }
        var deployments = section.texts("deployments").stream().map(ClaimCondition.Like::new).toList();
        return allowed(section.get("name"), deployments);
    }

    private AllowedAgents.Allowed allowed(Node node, List<ClaimCondition.Like> deployments) {
        var text = new Values(problems).text(node); // may be empty: the agents that have no name
        var name = text == null ? null : templates.parsed(node, text, NamePattern::of);
        return name == null ? null : new AllowedAgents.Allowed(name, deployments);
    }
}
