package dev.keyturn.policy;

import java.util.HashSet;
import java.util.Map;
import org.yaml.snakeyaml.nodes.Node;

/** Reads the {@code may_set} of a rule. */
record MaySetReader(Problems problems) {

    /** What a request chooses too, but within another word of the rule. */
    private static final Map<String, String> ELSEWHERE = Map.of(
            "room_name", "rooms", "participant_identity", "identity", "room_config.agents", "agents");

    MaySet read(Node node) {
        var values = new Values(problems);
        var fields = values.texts(values.oneOrMore(node));
        for (var field : fields) {
            if (ELSEWHERE.containsKey(field)) {
                problems.add(node, field + " is not settled by may_set, but by the rule's " + ELSEWHERE.get(field));
            } else if (!MaySet.WORDS.contains(field) && !field.matches("(?s)participant_attributes\\..+")) {
                problems.add(node,
                        "\"" + field + "\" is no field that a request may set" + Spelling.hint(field, MaySet.WORDS));
            }
        }
        return new MaySet(new HashSet<>(fields));
    }
}
