package dev.keyturn.rotation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.keyturn.Ear;
import dev.keyturn.rotation.Nodes.Reply;
import dev.keyturn.servers.Ports;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever listens where a node should be: there is an answer within the time limit, and it says what happened. */
@Timeout(60)
class HttpNodesFaultsTest {

    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";

    @Test
    void where_nobody_listens_the_connection_is_refused() throws Exception {
        try (var asked = new AskedNodes("http://127.0.0.1:" + Ports.free())) {
            assertEquals(Reply.none("connection refused"), asked.reply());
        }
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                arguments("closes at once", "", "closed the connection"),
                arguments("closes in the status line", "HTTP/1.1 2", "closed the connection"),
                arguments("closes in the headers", HEAD, "closed the connection"),
                arguments("closes in the body", HEAD + "Content-Length: 4\r\n\r\nOK", "closed the connection"),
                arguments("closes in a chunk", HEAD + "Transfer-Encoding: chunked\r\n\r\n4\r\nOK",
                        "closed the connection"),
                arguments("speaks another protocol", "SSH-2.0-canary\r\n\r\n", "not HTTP"),
                arguments("sends bytes", "\u0000\u0001canary\r\n\r\n", "not HTTP"),
                arguments("has no number for a status", "HTTP/1.1 canary OK\r\n\r\n", "not HTTP"),
                arguments("has a status line without end", "HTTP/1.1 200 " + "canary".repeat(10_000), "not HTTP"),
                arguments("has headers without end", HEAD + "X: canary\r\n".repeat(100_000), "not HTTP"),
                arguments("has a length that is no number", HEAD + "Content-Length: canary\r\n\r\nOK", "not HTTP"),
                arguments("has a chunk that is none", HEAD + "Transfer-Encoding: chunked\r\n\r\ncanary\r\n",
                        "not HTTP"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void what_is_no_answer_is_none(String what, String sent, String problem) throws Exception {
        try (var node = TinyServer.answering(sent); var asked = new AskedNodes(node.url())) {
            assertEquals(Reply.none(problem), asked.reply());
        }
    }

    @Test
    void who_never_comes_to_an_end_is_out_of_time_and_others_are_heard() throws Exception {
        try (var blackHole = TinyServer.start(caller -> waitFor(caller));
                var silent = TinyServer.start(caller -> {
                    TinyServer.head(caller);
                    waitFor(caller);
                });
                var slowHead = TinyServer.start(caller -> trickle(caller, HEAD + "X: ", "y"));
                var slowBody = TinyServer.start(caller -> trickle(caller, HEAD + "Content-Length: 9000\r\n\r\n", "y"));
                var half = TinyServer.start(caller -> trickle(caller, HEAD + "Content-Length: 3\r\n\r\nOK", ""));
                var continues = TinyServer.start(caller -> trickle(caller, "", "HTTP/1.1 100 Continue\r\n\r\n"));
                var noTls = TinyServer.start(caller -> waitFor(caller));
                var node = TinyServer.answering(TinyServer.ok());
                var asked = new AskedNodes(blackHole.url(), silent.url(), slowHead.url(), slowBody.url(), half.url(),
                        continues.url(), noTls.url().replace("http:", "https:"), node.url())
                        .set("node-timeout", "5s")) {
            for (var answer : asked.nodes().ask(Map.of(AskedNodes.KEY, AskedNodes.TOKEN))) {
                var reply = answer.byKey().get(AskedNodes.KEY);
                if (answer.node().endsWith(":" + node.port())) {
                    assertEquals("OK", reply.body());
                } else {
                    assertEquals(Reply.none("timed out after 5 s"), reply, answer.node());
                }
            }
        }
    }

    @Test
    void a_limit_of_milliseconds_is_said_in_milliseconds() throws Exception {
        try (var node = TinyServer.start(caller -> waitFor(caller));
                var asked = new AskedNodes(node.url()).set("node-timeout", "1500ms")) {
            assertEquals(Reply.none("timed out after 1500 ms"), asked.reply());
        }
    }

    @Test
    void a_body_without_end_is_read_a_little_and_then_cut_off() throws Exception {
        for (var more : List.of("\r\n", "Content-Length: 99999999999\r\n\r\n")) {
            var cutOff = new CountDownLatch(1);
            var node = TinyServer.start(caller -> {
                TinyServer.head(caller);
                caller.getOutputStream().write((HEAD + more).getBytes());
                try {
                    while (true) {
                        caller.getOutputStream().write("OK".repeat(1000).getBytes());
                    }
                } catch (IOException hungUp) {
                    cutOff.countDown();
                }
            });
            try (node; var asked = new AskedNodes(node.url()).set("node-timeout", "20s")) {
                var reply = asked.reply();

                assertEquals("OK".repeat(32), reply.body());
                assertEquals(200, reply.status());
                assertTrue(cutOff.await(30, TimeUnit.SECONDS));
            }
        }
    }

    /** Also of what a stranger sends back. */
    @Test
    void nothing_of_a_token_is_said_at_any_level_whatever_happens() throws Exception {
        try (var ear = new Ear("dev.keyturn", "io.vertx", "io.netty")) {
            for (var fault : faults().toList()) {
                try (var node = TinyServer.answering((String) fault.get()[1]); var asked = new AskedNodes(node.url())) {
                    assertFalse(asked.reply().problem().contains("canary"));
                }
            }
            try (var node = TinyServer.start(caller -> {
                    var head = TinyServer.head(caller); // an echo
                    caller.getOutputStream().write(TinyServer.answer("500 canary", "", head).getBytes());
                });
                    var silent = TinyServer.start(caller -> waitFor(caller));
                    var asked = new AskedNodes(node.url(), silent.url(), "http://127.0.0.1:" + Ports.free(),
                            "https://127.0.0.1:" + node.port()).set("node-timeout", "2s")) {
                for (var reply : asked.replies()) {
                    assertFalse(reply.problem().contains("canary"));
                }
            }
            assertTrue(ear.heard().contains("io.netty"), "heard nothing");
            assertEquals(List.of(), ear.heard().lines().filter(line -> line.contains("canary")).toList());
        }
    }

    /** Until the other side hangs up. */
    private static void waitFor(Socket caller) throws IOException {
        while (caller.getInputStream().read() >= 0) {
            continue;
        }
    }

    /** The start, and then a little now and then, for ever. */
    private static void trickle(Socket caller, String start, String more) throws IOException, InterruptedException {
        TinyServer.head(caller);
        caller.getOutputStream().write(start.getBytes());
        while (true) {
            caller.getOutputStream().write(more.getBytes());
            TimeUnit.MILLISECONDS.sleep(100); // being slow is what it does
        }
    }
}
