package dev.keyturn.rotation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.rotation.Nodes.Replies;
import dev.keyturn.rotation.Nodes.Reply;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who the nodes are, what is sent to them, and what becomes of a good answer. */
@Timeout(60)
class HttpNodesTest {

    private static final Reply OK = new Reply(200, "text/plain", "OK", Optional.empty(), "");

    @Test
    void a_node_is_asked_for_its_root_with_the_token_in_a_header_and_nowhere_else() throws Exception {
        try (var node = TinyServer.answering(TinyServer.ok()); var asked = new AskedNodes(node.url())) {
            assertEquals(OK, asked.reply());

            var head = node.heads().get(0).toLowerCase();
            assertEquals(1, node.heads().size());
            assertTrue(head.startsWith("get / http/1.1\r\n"), head);
            assertTrue(head.contains("\r\nauthorization: bearer " + AskedNodes.TOKEN + "\r\n"), head);
            assertTrue(head.contains("\r\nhost: 127.0.0.1:" + node.port() + "\r\n"), head);
            assertFalse(head.contains("cookie"), head);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "200 OK                    | text/plain; charset=utf-8 | OK                  | 200 | text/plain",
        "200 OK                    | Text/HTML                 | <html>              | 200 | text/html",
        "200 OK                    | ;                         | OK                  | 200 | ''",
        "401 Unauthorized          | text/plain                | invalid API key: a  | 401 | text/plain",
        "406 Not Acceptable        | text/plain                | Not Ready           | 406 | text/plain",
        "302 Found                 | text/plain                | elsewhere           | 302 | text/plain",
        "500 Internal Server Error | application/json          | {}                  | 500 | application/json"})
    void status_type_and_body_are_passed_on_as_they_came(
            String status, String type, String body, int expected, String media) throws Exception {
        try (var node = TinyServer.answering(TinyServer.answer(status, "Content-Type: " + type + "\r\n", body));
                var asked = new AskedNodes(node.url())) {
            assertEquals(new Reply(expected, media, body, Optional.empty(), ""), asked.reply());
        }
    }

    @Test
    void an_answer_without_type_or_body_is_one_too() throws Exception {
        try (var node = TinyServer.answering(TinyServer.answer("200 OK", "", ""));
                var asked = new AskedNodes(node.url())) {
            assertEquals(new Reply(200, "", "", Optional.empty(), ""), asked.reply());
        }
    }

    @Test
    void a_body_in_pieces_or_up_to_the_end_of_the_connection_is_read_whole() throws Exception {
        for (var answer : List.of("Transfer-Encoding: chunked\r\n\r\n1\r\nO\r\n1\r\nK\r\n0\r\n\r\n", "\r\nOK")) {
            try (var node = TinyServer.answering("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + answer);
                    var asked = new AskedNodes(node.url())) {
                assertEquals(OK, asked.reply(), answer);
            }
        }
    }

    @Test
    void a_redirect_is_not_followed() throws Exception {
        try (var elsewhere = TinyServer.answering(TinyServer.ok());
                var node = TinyServer.answering(
                        TinyServer.answer("302 Found", "Location: " + elsewhere.url() + "/\r\n", ""));
                var asked = new AskedNodes(node.url())) {
            assertEquals(302, asked.reply().status());
            assertEquals(List.of(), elsewhere.heads());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'Sun, 01 Mar 2026 12:00:00 GMT', PT0.5S",
        "'Sun, 01 Mar 2026 11:59:59 GMT', PT-0.5S",
        "'Sun, 01 Mar 2026 13:00:00 GMT', PT1H0.5S",
        "'Sun, 01 Mar 2026 11:00:00 GMT', PT-59M-59.5S",
        "'Mon, 01 Mar 2026 12:00:00 GMT', ",
        "'Sun, 31 Feb 2026 12:00:00 GMT', ",
        "yesterday, "})
    void the_nodes_clock_is_compared_in_the_middle_of_the_second_that_it_says(String date, Duration ahead)
            throws Exception {
        try (var node = TinyServer.answering(TinyServer.answer("200 OK", "Date: " + date + "\r\n", "OK"));
                var asked = new AskedNodes(node.url())) {
            assertEquals(Optional.ofNullable(ahead), asked.reply().ahead());
        }
    }

    @Test
    void every_address_of_a_name_is_a_node_and_its_name_is_told_to_each() throws Exception {
        var v6 = new ServerSocket(0, 50, InetAddress.getByName("::1"));
        var v4 = new ServerSocket(v6.getLocalPort(), 50, InetAddress.getByName("127.0.0.1"));
        try (var one = TinyServer.answering(v6, TinyServer.ok());
                var other = TinyServer.answering(v4, TinyServer.ok());
                var asked = new AskedNodes("http://livekit:" + one.port()).with(host -> new InetAddress[] {
                    InetAddress.getByName("::1"), InetAddress.getByName("127.0.0.1")})) {
            assertEquals(List.of("127.0.0.1:" + one.port(), "[::1]:" + one.port()), names(asked));
            assertEquals(List.of(OK, OK), asked.replies());
            for (var node : List.of(one, other)) {
                assertTrue(node.heads().get(0).toLowerCase().contains("\r\nhost: livekit:" + one.port() + "\r\n"),
                        node.heads().get(0));
            }
        }
    }

    @Test
    void an_address_of_ipv6_stands_in_a_url_in_brackets() throws Exception {
        try (var node = TinyServer.answering(new ServerSocket(0, 50, InetAddress.getByName("::1")), TinyServer.ok());
                var asked = new AskedNodes("http://[::1]:" + node.port())) {
            assertEquals(OK, asked.reply());
            assertTrue(node.heads().get(0).toLowerCase().contains("\r\nhost: [::1]:" + node.port() + "\r\n"),
                    node.heads().get(0));
        }
    }

    @Test
    void nodes_are_told_apart_by_address_and_port_and_come_in_that_order() throws Exception {
        try (var asked = new AskedNodes("http://b:2", "http://b:1", "http://a:1", "http://a:1/", "https://A:1")
                .set("node-timeout", "2s").with(host -> switch (host) {
                    case "b" -> addresses("127.0.0.9", "127.0.0.10");
                    case "a" -> addresses("::1", "127.0.0.10", "::ffff:127.0.0.9");
                    default -> addresses("fd00:0::7", "127.0.0.10");
                })) {
            assertEquals(List.of("127.0.0.9:1", "127.0.0.9:2", "127.0.0.10:1", "127.0.0.10:2",
                    "[::1]:1", "[fd00::7]:1"), names(asked));
        }
    }

    @Test
    void names_are_looked_up_anew_at_every_ask() throws Exception {
        var addresses = new ArrayList<>(List.of("127.0.0.1"));
        try (var asked = new AskedNodes("http://livekit:1").with(host -> addresses(addresses.toArray(String[]::new)))) {
            var nodes = asked.nodes();
            assertEquals(1, nodes.ask(tokens(1)).size());
            addresses.add("127.0.0.2");
            assertEquals(2, nodes.ask(tokens(1)).size());
        }
    }

    @Test
    void all_tokens_and_all_nodes_are_asked_side_by_side() throws Exception {
        var meeting = new CyclicBarrier(6); // whoever waits for another's answer waits for ever
        TinyServer.Behaviour behaviour = caller -> {
            TinyServer.head(caller);
            meeting.await();
            caller.getOutputStream().write(TinyServer.ok().getBytes());
        };
        try (var one = TinyServer.start(behaviour); var other = TinyServer.start(behaviour);
                var asked = new AskedNodes(one.url(), other.url()).set("node-timeout", "20s")) {
            for (var node : asked.nodes().ask(tokens(3))) {
                assertEquals(List.of(OK, OK, OK), List.copyOf(node.byKey().values()));
            }
        }
    }

    @Test
    void a_hundred_questions_are_asked_and_each_is_answered() throws Exception {
        try (var node = TinyServer.answering(TinyServer.ok()); var asked = new AskedNodes(node.url())) {
            var replies = asked.nodes().ask(tokens(100)).get(0).byKey();

            assertEquals(tokens(100).keySet(), replies.keySet());
            assertTrue(replies.values().stream().allMatch(OK::equals));
            assertEquals(100, node.heads().stream().distinct().count());
        }
    }

    @Test
    void each_answer_is_that_to_its_own_token() throws Exception {
        var node = TinyServer.start(caller -> {
            var token = TinyServer.head(caller).replaceAll("(?is).*bearer (\\S+)\r\n.*", "$1");
            caller.getOutputStream().write(TinyServer.answer("200 OK", "", token).getBytes());
        });
        try (node; var asked = new AskedNodes(node.url())) {
            asked.nodes().ask(tokens(5)).get(0).byKey().forEach((key, reply) ->
                    assertEquals("token-of-" + key, reply.body()));
        }
    }

    @Test
    void a_connection_is_closed_after_its_answer() throws Exception {
        var closed = new CountDownLatch(1);
        var node = TinyServer.start(caller -> {
            TinyServer.head(caller);
            caller.getOutputStream().write(TinyServer.ok().getBytes());
            if (caller.getInputStream().read() < 0) {
                closed.countDown();
            }
        });
        try (node; var asked = new AskedNodes(node.url())) {
            assertEquals(OK, asked.reply());
            assertTrue(closed.await(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void where_no_nodes_are_set_it_is_said_how_to() {
        try (var asked = new AskedNodes()) {
            var refusal = assertThrows(NodesException.class, asked::reply);

            assertTrue(refusal.getMessage().contains("keyturn.rotation.nodes is not set"), refusal.getMessage());
            assertTrue(refusal.getMessage().contains(
                    "KEYTURN_ROTATION_NODES=http://livekit-nodes.livekit.svc:7880"), refusal.getMessage());
            assertTrue(asked.nodes().describe().contains("not set"));
        }
    }

    @Test
    void a_name_that_nobody_knows_is_said_with_its_setting_though_others_are_known() {
        try (var asked = new AskedNodes("http://127.0.0.1:1", "https://no-such-livekit.invalid").with(host -> {
            if (host.startsWith("no-such")) {
                throw new UnknownHostException(host);
            }
            return addresses(host);
        })) {
            var refusal = assertThrows(NodesException.class, asked::reply);

            assertTrue(refusal.getMessage().contains("https://no-such-livekit.invalid:443 (keyturn.rotation.nodes)"),
                    refusal.getMessage());
        }
    }

    @Test
    void a_look_up_that_takes_too_long_is_given_up() {
        var never = new CountDownLatch(1);
        try (var asked = new AskedNodes("http://livekit:1").set("node-timeout", "200ms").with(host -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new UnknownHostException(host);
        })) {
            var refusal = assertThrows(NodesException.class, asked::reply);

            assertTrue(refusal.getMessage().contains("within 200 ms"), refusal.getMessage());
            never.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://livekit/path", "http://livekit/?query=canary", "http://livekit?canary",
        "http://livekit#canary", "http://canary:canary@livekit", "http://livekit:70000", "http://livekit:0",
        "ftp://livekit", "livekit:7880", "livekit", "//livekit", "http:livekit", "http://live_kit:7880",
        "http:///canary", "http://canary:canary@live_kit"})
    void a_url_of_anything_but_scheme_host_and_port_is_refused(String url) {
        try (var asked = new AskedNodes(url)) {
            var refusal = assertThrows(ConfigurationException.class, asked::nodes);

            assertTrue(refusal.getMessage().startsWith("keyturn.rotation.nodes: "), refusal.getMessage());
            assertFalse(refusal.getMessage().contains("canary"), refusal.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "-1s", "30d"})
    void a_time_limit_of_nothing_or_of_weeks_is_refused(String timeout) {
        try (var asked = new AskedNodes("http://livekit").set("node-timeout", timeout)) {
            var refusal = assertThrows(ConfigurationException.class, asked::nodes);

            assertTrue(refusal.getMessage().startsWith("keyturn.rotation.node-timeout"), refusal.getMessage());
        }
    }

    @Test
    void the_nodes_are_described_as_they_were_set_with_their_ports() {
        try (var asked = new AskedNodes("http://livekit", "https://Livekit:7443/", "HTTP://[fd00::7]",
                "http://livekit:80")) {
            assertEquals("http://livekit:80, https://Livekit:7443, http://[fd00::7]:80", asked.nodes().describe());
        }
    }

    private static List<String> names(AskedNodes asked) throws NodesException {
        return asked.nodes().ask(tokens(1)).stream().map(Replies::node).toList();
    }

    private static LinkedHashMap<ApiKey, String> tokens(int count) {
        var tokens = new LinkedHashMap<ApiKey, String>();
        for (int i = 0; i < count; i++) {
            tokens.put(new ApiKey("API" + i), "token-of-API" + i);
        }
        return tokens;
    }

    private static InetAddress[] addresses(String... texts) throws UnknownHostException {
        var addresses = new InetAddress[texts.length];
        for (int i = 0; i < texts.length; i++) {
            addresses[i] = InetAddress.getByName(texts[i]);
        }
        return addresses;
    }
}
