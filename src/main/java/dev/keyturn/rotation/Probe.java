package dev.keyturn.rotation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.Hmac;
import dev.keyturn.keys.SigningKey;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks LiveKit's nodes which keys they accept.
 *
 * <p>Each key signs a token that carries no grants and lives a minute: it opens nothing, and LiveKit up to 1.13.5
 * writes the ones that it refuses into its log. With them goes one of a random key that nobody has; see {@link NodeAnswer}.
 */
public final class Probe {

    /** How long a token of the probe lives; LiveKit gives it a minute more. */
    public static final Duration TTL = Duration.ofSeconds(60);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final String HEADER = base64("{\"alg\":\"HS256\",\"typ\":\"JWT\"}");

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
        try {
            var claims = JSON.writeValueAsString(Map.of("iss", key.key().value(), "sub", "keyturn-probe",
                    "exp", now.plus(TTL).getEpochSecond()));
            var signed = HEADER + "." + base64(claims);
            var signature = Hmac.keyed(key.secret()).doFinal(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + BASE64.encodeToString(signature);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e); // three plain values
        }
    }

    private static String base64(String text) {
        return BASE64.encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
