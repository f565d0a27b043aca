package dev.keyturn.rotation;

import dev.keyturn.keys.ApiKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** LiveKit's nodes, as those to ask: each on its own, never behind a balancer, which would answer for a random one. */
public interface Nodes {

    /**
     * Sends every node one {@code GET /} with each of the tokens, all side by side. A node that cannot be asked is in
     * the answer with what went wrong.
     *
     * @param tokens the bearer tokens, by the key that signed them
     * @return by node, in a stable order
     * @throws NodesException if it is not known who the nodes are; the message says what to do
     */
    List<Replies> ask(Map<ApiKey, String> tokens) throws NodesException;

    /** Where they are, for people: {@code http://livekit-nodes:7880}. */
    String describe();

    /**
     * What one node answered.
     *
     * @param node   its address, for people: {@code 10.0.0.7:7880}
     * @param byKey  a reply for each token
     */
    record Replies(String node, Map<ApiKey, Reply> byKey) {}

    /**
     * One reply.
     *
     * @param status      the HTTP status; 0 if none came
     * @param contentType the media type without parameters, in lower case; may be empty
     * @param body        its first characters (64 are enough); empty if none came. It may quote a token: never shown
     * @param ahead       how far the node's clock ({@code Date}) is ahead of ours
     * @param problem     why none came, as a short phrase ({@code connection refused}); empty if one did
     */
    record Reply(int status, String contentType, String body, Optional<Duration> ahead, String problem) {

        /** No reply. */
        public static Reply none(String problem) {
            return new Reply(0, "", "", Optional.empty(), problem);
        }
    }
}
