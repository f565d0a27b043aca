package dev.keyturn.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.rotation.Delivered.Restart;
import dev.keyturn.rotation.HttpNodes;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.rotation.NodeAnswer;
import dev.keyturn.rotation.Probe;
import dev.keyturn.rotation.RotationConfig;
import dev.keyturn.rotation.Verdict;
import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A real LiveKit on the delivered file. The command kills it, and the test then starts it again, as systemd does with
 * {@code Restart=always}.
 */
@NeedsServer(ServerBinary.LIVEKIT)
@Timeout(120)
class FileTargetIT {

    private static final SigningKey B = TestKeys.staged("APIb");
    private static final KeyRing RING = TestKeys.ring("APIa").stage(B);

    private final Vertx vertx = Vertx.vertx();
    private LiveKitServer livekit;

    @BeforeEach
    void start() {
        livekit = LiveKitServer.start(Map.of("APIa", TestKeys.secretOf("APIa")));
    }

    @AfterEach
    void stop() {
        livekit.stop();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private <T> T config(Class<T> type, Map<String, String> settings) {
        return new SmallRyeConfigBuilder().addDiscoveredConverters().withMapping(type)
                .withSources(new PropertiesConfigSource(settings, "test", 100)).build().getConfigMapping(type);
    }

    private FileTarget target() {
        return new FileTarget(config(FileTargetConfig.class, Map.of(
                "keyturn.rotation.file.path", livekit.keyFile().toString(),
                "keyturn.rotation.file.command", "kill,-KILL," + livekit.pid())));
    }

    private NodeAnswer answer() throws Exception {
        var nodes = new HttpNodes(config(RotationConfig.class, Map.of("keyturn.rotation.nodes", livekit.url())), vertx,
                Clock.systemUTC());
        return new Probe(nodes, Clock.systemUTC()).ask(List.of(RING.active(), B)).get(0);
    }

    private void deliver(FileTarget target) throws Exception {
        var ended = ProcessHandle.of(livekit.pid()).orElseThrow().onExit();
        target.deliver(KeyFile.of(RING, TestClock.START), target.read());
        ended.join();
    }

    @Test
    void a_delivered_key_is_accepted_once_the_command_has_restarted_livekit() throws Exception {
        var target = target();
        assertEquals(Set.of(RING.active().key()), target.read().file().orElseThrow().pairs().keySet());
        assertEquals(Verdict.REFUSES, answer().verdict(B.key()));

        deliver(target);
        livekit.restart();

        assertEquals(Map.of(RING.active().key(), Verdict.ACCEPTS, B.key(), Verdict.ACCEPTS), answer().verdicts());
        assertEquals(Restart.DONE, target.read().restart());
    }

    @Test
    void a_livekit_that_cannot_start_on_it_is_a_node_that_does_not_answer_whatever_the_command_said() throws Exception {
        var target = target();
        Files.writeString(livekit.keyFile().resolveSibling("livekit.yaml"), "no_such_word: 1\n");
        deliver(target);

        assertEquals(Restart.DONE, target.read().restart());
        var said = assertThrows(IllegalStateException.class, livekit::restart).getMessage();
        assertTrue(said.contains("ended with status 0"), "LiveKit before 1.13.10 says that all is well: " + said);
        assertEquals("does not answer (connection refused)", answer().problem());
    }
}
