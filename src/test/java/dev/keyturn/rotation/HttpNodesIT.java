package dev.keyturn.rotation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestKeys;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real LiveKits, asked by the probe. */
@NeedsServer(ServerBinary.LIVEKIT)
@Timeout(180)
class HttpNodesIT {

    private static final SigningKey A = TestKeys.staged("APIa");
    private static final SigningKey B = TestKeys.staged("APIb");
    private static final Map<String, String> KEYS = Map.of("APIa", TestKeys.secretOf("APIa"));

    private static LiveKitServer livekit;

    @BeforeAll
    static void start() {
        livekit = LiveKitServer.start(KEYS);
    }

    @AfterAll
    static void stop() {
        livekit.stop();
    }

    private static List<NodeAnswer> answers(AskedNodes asked) throws NodesException {
        return new Probe(asked.nodes(Clock.systemUTC()), Clock.systemUTC()).ask(List.of(A, B));
    }

    private static void assertKnowsA(NodeAnswer answer) {
        assertEquals("", answer.problem(), answer.toString());
        assertEquals(Verdict.ACCEPTS, answer.verdict(A.key()));
        assertEquals(Verdict.REFUSES, answer.verdict(B.key()));
    }

    @Test
    void a_livekit_accepts_the_key_that_it_has_and_refuses_others() throws Exception {
        try (var asked = new AskedNodes(livekit.url())) {
            var answers = answers(asked);

            assertEquals(1, answers.size());
            assertKnowsA(answers.get(0));
            assertEquals("127.0.0.1:" + URI.create(livekit.url()).getPort(), answers.get(0).node());
            assertTrue(answers.get(0).ahead().orElseThrow().abs().compareTo(Duration.ofSeconds(30)) < 0);
            assertFalse(livekit.log().contains(TestKeys.secretOf("APIa")));
        }
    }

    @Test
    void the_right_name_of_a_key_with_another_secret_is_refused() throws Exception {
        var impostor = SigningKey.staged(A.key(), B.secret(), A.since());
        try (var asked = new AskedNodes(livekit.url())) {
            var probe = new Probe(asked.nodes(Clock.systemUTC()), Clock.systemUTC());

            assertEquals(Verdict.REFUSES, probe.ask(List.of(impostor)).get(0).verdict(A.key()));
        }
    }

    @Test
    void behind_a_proxy_that_drops_the_token_livekit_is_a_stranger() throws Exception {
        var address = URI.create(livekit.url());
        var proxy = TinyServer.start(caller -> {
            TinyServer.head(caller);
            try (var behind = new Socket(address.getHost(), address.getPort())) {
                behind.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes());
                behind.getInputStream().transferTo(caller.getOutputStream());
            }
        });
        try (proxy; var asked = new AskedNodes(proxy.url())) {
            var answer = answers(asked).get(0);

            assertTrue(answer.stranger());
            assertTrue(answer.problem().contains("drops the Authorization header"), answer.problem());
            assertEquals(Verdict.UNKNOWN, answer.verdict(A.key()));
        }
    }

    @Test
    void three_nodes_answer_side_by_side_and_one_that_is_stopped_keeps_nobody_waiting() throws Exception {
        try (var second = LiveKitServer.start(KEYS);
                var third = LiveKitServer.start(Map.of("APIb", TestKeys.secretOf("APIb")));
                var asked = new AskedNodes(livekit.url(), second.url(), third.url()).set("node-timeout", "5s")) {
            var names = List.of(livekit, second, third).stream().map(LiveKitServer::url)
                    .map(url -> url.substring("http://".length())).toList();
            for (var answer : answers(asked)) {
                var knowsB = answer.node().equals(names.get(2));
                assertEquals(knowsB ? Verdict.REFUSES : Verdict.ACCEPTS, answer.verdict(A.key()), answer.toString());
                assertEquals(knowsB ? Verdict.ACCEPTS : Verdict.REFUSES, answer.verdict(B.key()), answer.toString());
            }

            signal("-STOP", second);
            for (var answer : answers(asked)) {
                if (answer.node().equals(names.get(1))) {
                    assertEquals("does not answer (timed out after 5 s)", answer.problem());
                    assertEquals(Verdict.UNKNOWN, answer.verdict(A.key()));
                    assertFalse(answer.stranger());
                } else {
                    assertEquals("", answer.problem());
                }
            }

            signal("-CONT", second);
            assertTrue(answers(asked).stream().allMatch(answer -> answer.problem().isEmpty()));
        }
    }

    @Test
    void of_a_name_with_two_addresses_each_is_a_node() throws Exception {
        var port = URI.create(livekit.url()).getPort();
        try (var asked = new AskedNodes("http://localhost:" + port).with(host -> new InetAddress[] {
            InetAddress.getByName("::1"), InetAddress.getByName("127.0.0.1")})) {
            var answers = answers(asked);

            assertEquals(List.of("127.0.0.1:" + port, "[::1]:" + port),
                    answers.stream().map(NodeAnswer::node).toList());
            assertKnowsA(answers.get(0));
            assertEquals("does not answer (connection refused)", answers.get(1).problem());
        }
    }

    private static void signal(String name, LiveKitServer server) throws Exception {
        assertEquals(0, new ProcessBuilder("kill", name, "" + server.pid()).inheritIO().start().waitFor());
    }
}
