package dev.keyturn.kit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A NetworkPolicy with one port or one peer less, or a whole rule where that was its last: without ports or peers it
 * would be open for all.
 *
 * @param what is missing: {@code NetworkPolicy livekit/redis ingress 0 without {"protocol":"TCP","port":6379}}
 */
record RuleLess(JsonNode policy, String what) {

    static List<RuleLess> allOf(JsonNode policy) {
        var less = new ArrayList<RuleLess>();
        for (var direction : List.of("ingress", "egress")) {
            var rules = policy.path("spec").path(direction);
            for (var rule = 0; rule < rules.size(); rule++) {
                for (var part : List.of("ports", "from", "to")) {
                    for (var at = 0; at < rules.path(rule).path(part).size(); at++) {
                        less.add(new RuleLess(without(policy, direction, rule, part, at), "%s %s %d without %s".formatted(
                                Manifests.name(policy), direction, rule, rules.path(rule).path(part).path(at))));
                    }
                }
            }
        }
        return less;
    }

    private static JsonNode without(JsonNode policy, String direction, int rule, String part, int at) {
        var copy = policy.<JsonNode>deepCopy();
        var rules = (ArrayNode) copy.path("spec").path(direction);
        var parts = (ArrayNode) rules.path(rule).path(part);
        if (parts.size() == 1) {
            rules.remove(rule);
        } else {
            parts.remove(at);
        }
        return copy;
    }
}
