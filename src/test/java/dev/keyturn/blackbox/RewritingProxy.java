package dev.keyturn.blackbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/** Between a client and a server, on a free port of 127.0.0.1: rewrites requests and answers as they are on the wire. */
final class RewritingProxy implements AutoCloseable {

    private final ServerSocket listener;
    private final URI target;
    private final UnaryOperator<String> request;
    private final UnaryOperator<String> answer;

    /** @param request the head of the request; GET alone is understood */
    RewritingProxy(String target, UnaryOperator<String> request, UnaryOperator<String> answer) throws IOException {
        this.listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        this.target = URI.create(target);
        this.request = request;
        this.answer = answer;
        daemon(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                var caller = listener.accept();
                daemon(() -> pass(caller));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void pass(Socket caller) {
        try (caller; var server = new Socket(target.getHost(), target.getPort())) {
            var head = new ByteArrayOutputStream();
            while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                head.write(caller.getInputStream().read());
            }
            var asked = request.apply(head.toString(StandardCharsets.ISO_8859_1))
                    .replaceAll("(?i)\r\nConnection: [^\r]*", "").replaceFirst("\r\n", "\r\nConnection: close\r\n")
                    .replaceFirst("HTTP/1.1", "HTTP/1.0"); // the answer comes in one piece
            server.getOutputStream().write(asked.getBytes(StandardCharsets.ISO_8859_1));
            var answered = new String(server.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            caller.getOutputStream().write(answer.apply(answered.replaceFirst("(?i)\r\nContent-Length: [^\r]*", "")
                    .replaceFirst("HTTP/1.0", "HTTP/1.1")).getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException gone) {
            // the caller hung up, or the test is over
        }
    }

    private static void daemon(Runnable task) {
        var thread = new Thread(task, "rewriting proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
