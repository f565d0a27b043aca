package dev.keyturn.rotation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.keyturn.TestClock;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.rotation.Nodes.Reply;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@link HttpNodes} by settings, without a container, that are asked with one token. */
final class AskedNodes implements AutoCloseable {

    static final ApiKey KEY = new ApiKey("APIa");
    static final String TOKEN = "canary-header.canary-claims.canary-signature";

    private final Vertx vertx = Vertx.vertx();
    private final Map<String, String> settings = new HashMap<>();
    private NodeAddresses.Names names = InetAddress::getAllByName;

    AskedNodes(String... urls) {
        set("nodes", String.join(",", urls));
    }

    /** @param word what follows {@code keyturn.rotation.} */
    AskedNodes set(String word, Object value) {
        settings.put("keyturn.rotation." + word, value.toString());
        return this;
    }

    AskedNodes with(NodeAddresses.Names names) {
        this.names = names;
        return this;
    }

    HttpNodes nodes() {
        return nodes(new TestClock());
    }

    HttpNodes nodes(Clock clock) {
        var config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(RotationConfig.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build()
                .getConfigMapping(RotationConfig.class);
        return new HttpNodes(config, vertx, clock, names);
    }

    /** What each node says to the token. */
    List<Reply> replies() throws NodesException {
        return nodes().ask(Map.of(KEY, TOKEN)).stream().map(node -> node.byKey().get(KEY)).toList();
    }

    /** What the only node says to the token. */
    Reply reply() throws NodesException {
        var replies = replies();
        assertEquals(1, replies.size());
        return replies.get(0);
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
