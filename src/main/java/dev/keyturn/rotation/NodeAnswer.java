package dev.keyturn.rotation;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.rotation.Nodes.Replies;
import dev.keyturn.rotation.Nodes.Reply;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What one node says to some keys, once.
 *
 * @param node     its address
 * @param verdicts by key
 * @param ahead    how far its clock is ahead of ours, where it says so
 * @param problem  why it does not know, as a phrase; empty if it does
 * @param stranger whether something answers there that is not LiveKit
 */
public record NodeAnswer(
        String node, Map<ApiKey, Verdict> verdicts, Optional<Duration> ahead, String problem, boolean stranger) {

    private static final int UNAUTHORIZED = 401;

    /**
     * Judges a node's replies. LiveKit checks the bearer token before any route, so {@code GET /} tells whether the key
     * is known: 200 {@code OK} or 406 {@code Not Ready} is a yes, 401 a no (pkg/service/auth.go, server.go). Without a
     * token it is 200 to everybody; so all of it counts only if the key that nobody has, asked of the same node, is a
     * no: a stranger on the port, or a proxy that drops the header, says yes to that one too.
     *
     * @param control the key that nobody has
     */
    static NodeAnswer of(Replies replies, ApiKey control) {
        var verdicts = new LinkedHashMap<ApiKey, Verdict>();
        var problem = problem(replies.byKey().get(control));
        for (var reply : replies.byKey().entrySet()) {
            if (!reply.getKey().equals(control)) {
                var verdict = problem.isEmpty() ? verdict(reply.getValue()) : Verdict.UNKNOWN;
                verdicts.put(reply.getKey(), verdict);
            }
        }
        if (problem.isEmpty()) {
            problem = replies.byKey().values().stream()
                    .filter(reply -> verdict(reply) == Verdict.UNKNOWN).map(NodeAnswer::strange)
                    .findFirst().orElse("");
        }
        var ahead = replies.byKey().values().stream().flatMap(reply -> reply.ahead().stream()).findFirst();
        return new NodeAnswer(replies.node(), verdicts, ahead, problem,
                verdict(replies.byKey().get(control)) == Verdict.ACCEPTS || !problem.isEmpty()
                        && replies.byKey().values().stream().noneMatch(reply -> reply.status() == 0));
    }

    /** What it says to {@code key}; {@link Verdict#UNKNOWN} if it was not asked. */
    public Verdict verdict(ApiKey key) {
        return verdicts.getOrDefault(key, Verdict.UNKNOWN);
    }

    private static String problem(Reply control) {
        return switch (verdict(control)) {
            case REFUSES -> "";
            case ACCEPTS -> "accepts a key that nobody has: is that LiveKit itself,"
                    + " or a proxy that drops the Authorization header?";
            case UNKNOWN -> strange(control);
        };
    }

    private static Verdict verdict(Reply reply) {
        var isOk = reply.status() == 200 && reply.contentType().equals("text/plain") && reply.body().equals("OK");
        if (isOk || reply.status() == 406 && reply.body().startsWith("Not Ready")) {
            return Verdict.ACCEPTS;
        }
        return reply.status() == UNAUTHORIZED ? Verdict.REFUSES : Verdict.UNKNOWN;
    }

    private static String strange(Reply reply) {
        return reply.status() == 0
                ? "does not answer (" + reply.problem() + ")"
                : "answers with status " + reply.status() + " and not as LiveKit does";
    }
}
