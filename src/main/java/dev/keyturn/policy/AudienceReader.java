package dev.keyturn.policy;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** Reads the {@code for} of a rule. */
record AudienceReader(Problems problems) {

    static final List<String> WORDS = List.of("issuer", "claims");
    static final List<String> KINDS = List.of("anonymous", "authenticated", "anyone");
    static final List<String> CONDITIONS = List.of("present", "pattern");

    /** {@code null} if something is wrong. */
    Audience read(Node node) {
        int before = problems.count();
        var audience = node instanceof ScalarNode ? kind(node) : someone(new Section(node, problems, "for", WORDS));
        return problems.count() == before ? audience : null;
    }

    private Audience kind(Node node) {
        var word = new Values(problems).text(node);
        if (word == null || !KINDS.contains(word)) {
            problems.add(node, "\"" + word + "\" is nobody" + Spelling.hint(String.valueOf(word), KINDS)
                    + "; or say an issuer or claims");
            return null;
        }
        return new Audience(Audience.Kind.valueOf(word.toUpperCase(Locale.ROOT)), Set.of(), Map.of());
    }

    private Audience someone(Section section) {
        var issuers = section.texts("issuer");
        var claims = section.read("claims", this::claims).orElse(Map.of());
        if (section.entries().isEmpty()) {
            problems.add(section.node(),
                    "this is for nobody in particular: say an issuer, claims, or \"for: authenticated\"");
        }
        if (issuers.contains("")) {
            problems.add(section.get("issuer"), "an issuer is the iss of its tokens, and not empty");
        }
        return new Audience(Audience.Kind.AUTHENTICATED, new HashSet<>(issuers), claims);
    }

    private Map<ClaimName, ClaimCondition> claims(Node node) {
        var claims = new HashMap<ClaimName, ClaimCondition>();
        new Section(node, problems).entries().forEach((claim, wanted) -> {
            var condition = wanted instanceof MappingNode
                    ? condition(new Section(wanted, problems, "a claim's condition", CONDITIONS))
                    : values(wanted);
            if (condition != null) {
                claims.put(new ClaimName(claim), condition);
            }
        });
        if (node instanceof MappingNode map && map.getValue().isEmpty()) {
            problems.add(node, "no claims are named; leave claims out to ask for none");
        }
        return claims;
    }

    private ClaimCondition values(Node node) {
        var values = new Values(problems);
        var wanted = new HashSet<Object>();
        for (var one : values.oneOrMore(node)) {
            var value = values.scalar(one);
            if (value != null && !wanted.add(value)) {
                problems.add(one, "\"" + value + "\" stands here twice");
            }
        }
        return new ClaimCondition.OneOf(wanted);
    }

    private ClaimCondition condition(Section section) {
        if (section.has("present") == section.has("pattern")) {
            problems.add(section.node(), "a claim's condition is either present or pattern");
            return null;
        }
        return section.has("present")
                ? section.flag("present").map(ClaimCondition.Present::new).orElse(null)
                : section.text("pattern").map(ClaimCondition.Like::new).orElse(null);
    }
}
