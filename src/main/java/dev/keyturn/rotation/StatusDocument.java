package dev.keyturn.rotation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/** A status as JSON, for programs and pages. Times are ISO 8601 instants. */
public final class StatusDocument {

    private StatusDocument() {}

    public static ObjectNode of(Status status) {
        var answer = JsonNodeFactory.instance.objectNode().put("time", status.at().toString());
        var ring = answer.putObject("ring").put("version", status.ring().version()).put("store", status.store());
        status.written().ifPresent(at -> ring.put("written", at.toString()));
        var keys = ring.putArray("keys");
        status.ring().keys().forEach(key -> keys.addObject()
                .put("key", key.key().value()).put("state", key.state().name())
                .put("created", key.created().toString()).put("since", key.since().toString())
                .put("compromised", key.compromised()));
        status.target().ifPresent(target -> {
            var file = answer.putObject("key_file").put("target", target).put("as_ring", status.isDelivered());
            status.delivered().flatMap(delivered -> delivered.file()).flatMap(there -> there.header())
                    .ifPresent(header -> file.put("ring_version", header.ringVersion()));
            status.delivered().ifPresent(delivered -> file
                    .put("restart", delivered.restart().name().toLowerCase(Locale.ROOT))
                    .put("progress", delivered.progress()));
        });
        var nodes = answer.putArray("nodes");
        status.nodes().forEach(node -> {
            var row = nodes.addObject().put("node", node.node()).put("problem", node.problem());
            node.ahead().ifPresent(ahead -> row.put("clock_ahead_seconds", ahead.toMillis() / 1000.0));
            var says = row.putObject("keys");
            node.verdicts().forEach((key, verdict) -> says.put(key.value(), verdict.name().toLowerCase(Locale.ROOT)));
        });
        answer.put("hold_seconds", status.hold().toSeconds());
        var next = answer.putObject("next").put("outcome", status.next().kind().name().toLowerCase(Locale.ROOT))
                .put("step", status.next().step().name().toLowerCase(Locale.ROOT))
                .put("message", status.next().sentence());
        status.next().at().ifPresent(at -> next.put("at", at.toString()));
        var problems = answer.putArray("problems");
        status.problems().forEach(problems::add);
        return answer;
    }
}
