package dev.keyturn.rotation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.Hmac;
import dev.keyturn.keys.SignedJwt;
import dev.keyturn.keys.SigningKey;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Asks LiveKit's nodes which keys they accept.
 *
 * <p>Each key signs a token that carries no grants and lives a minute: it opens nothing, and LiveKit up to 1.13.5
 * writes the ones that it refuses into its log. With them goes one of a random key that nobody has; see {@link
 * NodeAnswer}.
 */
public final class Probe {

    /** How long a token of the probe lives; LiveKit gives it a minute more. */
    public static final Duration TTL = Duration.ofSeconds(60);

    private final Nodes nodes;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    public Probe(Nodes nodes, Clock clock) {
        this.nodes = nodes;
        this.clock = clock;
    }

    /**
     * Asks every node once.
     *
     * @throws NodesException if it is not known who the nodes are
     */
    public List<NodeAnswer> ask(Collection<SigningKey> keys) throws NodesException {
        var now = clock.instant();
        var control = SigningKey.generate(random, now);
        var tokens = new LinkedHashMap<ApiKey, String>();
        keys.forEach(key -> tokens.put(key.key(), token(key, now)));
        tokens.put(control.key(), token(control, now));
        return nodes.ask(tokens).stream().map(replies -> NodeAnswer.of(replies, control.key())).toList();
    }

    /** Where the nodes are, for people. */
    public String describe() {
        return nodes.describe();
    }

    private static String token(SigningKey key, Instant now) {
        var claims = JsonNodeFactory.instance.objectNode()
                .put("iss", key.key().value())
                .put("sub", "keyturn-probe")
                .put("exp", now.plus(TTL).getEpochSecond());
        return SignedJwt.of(Hmac.keyed(key.secret()), claims.toString().getBytes(StandardCharsets.UTF_8));
    }
}
