package dev.keyturn.rotation.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.ApiSecret;
import dev.keyturn.keys.Hmac;
import dev.keyturn.rotation.Nodes;
import dev.keyturn.rotation.NodesException;
import dev.keyturn.rotation.model.Traffic.Call;
import dev.keyturn.rotation.model.Traffic.Trouble;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** The nodes, as one process asks them: each looks at the token's signature and expiry, as LiveKit does. */
final class Asked implements Nodes {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIVEKITS_LEEWAY = Duration.ofSeconds(60);
    /** Longer than two answers of one proof can be apart: a node that lies twice in one cannot be found out. */
    private static final Duration LIES_AGAIN_AFTER = Duration.ofMinutes(10);

    private final Cluster cluster;
    private final Supplier<Map<ApiKey, ApiSecret>> newest;
    private final Function<String, Clock> clocks;
    private final Clock mine;
    private final Simulation time;
    private final Traffic traffic;

    Asked(Cluster cluster, Supplier<Map<ApiKey, ApiSecret>> newest, Function<String, Clock> clocks, Clock mine,
            Simulation time, Traffic traffic) {
        this.cluster = cluster;
        this.newest = newest;
        this.clocks = clocks;
        this.mine = mine;
        this.time = time;
        this.traffic = traffic;
    }

    @Override
    public List<Replies> ask(Map<ApiKey, String> tokens) throws NodesException {
        try {
            traffic.before(Call.ASK);
            var replies = cluster.nodes().stream().map(node -> ask(node, tokens)).toList();
            traffic.after(Call.ASK);
            return replies;
        } catch (Trouble e) {
            throw new NodesException("the nodes' name cannot be looked up");
        }
    }

    private Replies ask(Node node, Map<ApiKey, String> tokens) {
        var clock = clocks.apply(node.name);
        var mode = node.mode(time.now());
        var keys = node.keys();
        if (mode == Node.Mode.LIES && node.lied.isBefore(time.now().minus(LIES_AGAIN_AFTER))) {
            node.lied = time.now();
            keys = newest.get();
        }
        var replies = new LinkedHashMap<ApiKey, Reply>();
        for (var token : tokens.entrySet()) {
            var ahead = Optional.of(Duration.between(mine.instant(), clock.instant()));
            replies.put(token.getKey(), switch (mode) {
                case DOWN -> Reply.none("connection refused");
                case HANGS -> Reply.none("timed out");
                case ERRORS -> new Reply(502, "text/html", "<html>", ahead, "");
                case STRANGER -> new Reply(200, "text/plain", "OK", ahead, "");
                case FINE, LIES -> node.serves(time.now()) ? accepts(keys, clock, token.getValue())
                        ? new Reply(200, "text/plain", "OK", ahead, "")
                        : new Reply(401, "text/plain", "invalid API key", ahead, "")
                        : Reply.none("connection refused");
            });
        }
        return new Replies(node.name, replies);
    }

    private static boolean accepts(Map<ApiKey, ApiSecret> keys, Clock clock, String token) {
        try {
            var signed = token.substring(0, token.lastIndexOf('.'));
            var claims = JSON.readTree(Base64.getUrlDecoder().decode(signed.substring(signed.indexOf('.') + 1)));
            var secret = keys.get(new ApiKey(claims.path("iss").asText()));
            if (secret == null) {
                return false;
            }
            var right = Base64.getUrlEncoder().withoutPadding().encodeToString(
                    Hmac.keyed(secret).doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
            return token.equals(signed + "." + right) && clock.instant().getEpochSecond()
                    <= claims.path("exp").asLong() + LIVEKITS_LEEWAY.toSeconds();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String describe() {
        return "the model's nodes";
    }
}
