package dev.keyturn.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HttpTest {

    private final StringBuilder asked = new StringBuilder();

    /** Asks a server that answers so, and then keeps the connection open. */
    private Http.Reply ask(String answer, Duration timeout) throws IOException {
        try (var listener = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            var server = new Thread(() -> answer(listener, answer));
            server.setDaemon(true);
            server.start();
            var place = Endpoint.allOf(URI.create("http://127.0.0.1:" + listener.getLocalPort())).get(0);
            return new Http(timeout).get(place, "/x", Map.of("Origin", "https://a.example"));
        }
    }

    private void answer(ServerSocket listener, String answer) {
        try (var caller = listener.accept()) {
            var head = new ByteArrayOutputStream();
            while (!head.toString(StandardCharsets.UTF_8).endsWith("\r\n\r\n")) {
                head.write(caller.getInputStream().read());
            }
            asked.append(head.toString(StandardCharsets.UTF_8));
            caller.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
            caller.getInputStream().read(); // until the asker hangs up
        } catch (IOException gone) {
            // the asker had enough
        }
    }

    private Http.Reply ask(String answer) throws IOException {
        return ask(answer, Duration.ofSeconds(20));
    }

    @Test
    void an_answer_is_read_to_its_length_and_its_headers_keep_their_number() throws IOException {
        var reply = ask("HTTP/1.1 401 Unauthorized\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 3\r\n\r\nno!more");

        assertEquals(401, reply.status());
        assertEquals("no!", reply.body());
        assertEquals(List.of("1", "2"), reply.all("x-a"));
        assertTrue(asked.toString().startsWith("GET /x HTTP/1.1\r\nHost: 127.0.0.1:"), asked.toString());
        assertTrue(asked.toString().contains("\r\nOrigin: https://a.example\r\n"), asked.toString());
    }

    @Test
    void chunks_are_put_together() throws IOException {
        assertEquals("one two", ask("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "4\r\none \r\n3;x=y\r\ntwo\r\n0\r\n\r\n").body());
    }

    @Test
    void an_answer_without_a_body_is_not_waited_on() throws IOException {
        assertEquals(204, ask("HTTP/1.1 204 No Content\r\n\r\n").status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"SSH-2.0-OpenSSH_9\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"})
    void what_is_not_http_is_no_answer(String answer) throws IOException {
        var reply = ask(answer);

        assertEquals(0, reply.status());
        assertTrue(!reply.problem().isEmpty());
    }

    @Test
    void a_server_that_says_nothing_costs_no_more_than_the_timeout() throws IOException {
        var reply = ask("", Duration.ofMillis(300));

        assertEquals("timed out after 300 ms", reply.problem());
    }

    @Test
    void a_head_without_end_is_given_up() throws IOException {
        assertEquals(0, ask("HTTP/1.1 200 OK\r\n" + "x: y\r\n".repeat(10_000)).status());
    }
}
