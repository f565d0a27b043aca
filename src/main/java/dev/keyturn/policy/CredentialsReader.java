package dev.keyturn.policy;

import java.util.List;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;

/** Reads one rule of the list {@code credentials}. */
record CredentialsReader(Problems problems, ClaimHash hash) {

    static final List<String> WORDS = List.of("name", "for", "agent_name");

    /** {@code null} if something is wrong. */
    CredentialsRule read(Node node) {
        int before = problems.count();
        var section = new Section(node, problems, "a credentials rule", WORDS);
        for (var word : List.of("name", "for")) {
            if (node instanceof MappingNode && !section.has(word)) {
                problems.add(node, "a credentials rule needs its \"" + word + "\"");
            }
        }
        var names = new NameReader(problems, new TemplateReader(problems, hash));
        var name = names.rule(section);
        var audience = section.read("for", this::audience).orElse(null);
        var agentName = section.read("agent_name", given -> agentName(given, names));
        return problems.count() > before ? null
                : new CredentialsRule(name, node.getStartMark().getLine() + 1, audience, agentName);
    }

    private Audience audience(Node node) {
        var audience = new AudienceReader(problems).read(node);
        if (audience != null && (audience.issuers().isEmpty() || audience.claims().isEmpty())) {
            problems.add(node, "whoever holds the pair may do anything on the LiveKit server, so these rules name both,"
                    + " an issuer and claims that only the agent has");
        }
        return audience;
    }

    private NamePattern agentName(Node node, NameReader names) {
        var pattern = names.pattern(node);
        if (pattern != null && pattern.isWild()) {
            problems.add(node, "an agent has one name: \"" + pattern + "\" has a *");
        } else if (pattern != null && ClaimValue.unfitForName(pattern.toString()) != null) {
            problems.add(node, "an agent's name " + ClaimValue.unfitForName(pattern.toString()));
        }
        return pattern;
    }
}
