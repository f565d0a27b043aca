package dev.keyturn.rotation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Listens on a free port of a loopback address, and does whatever it is told to those who connect. */
final class TinyServer implements AutoCloseable {

    /** What becomes of one connection; it is closed afterwards. */
    interface Behaviour {
        void meet(Socket caller) throws Exception;
    }

    private final ServerSocket listener;
    private final Behaviour behaviour;
    private final List<Socket> callers = new CopyOnWriteArrayList<>();
    private final List<String> heads = new CopyOnWriteArrayList<>();

    private TinyServer(ServerSocket listener, Behaviour behaviour) {
        this.listener = listener;
        this.behaviour = behaviour;
        daemon(this::accept);
    }

    static TinyServer start(Behaviour behaviour) throws IOException {
        return on(new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1")), behaviour);
    }

    static TinyServer on(ServerSocket listener, Behaviour behaviour) {
        return new TinyServer(listener, behaviour);
    }

    /** Reads a request and answers it with these bytes. */
    static TinyServer answering(String answer) throws IOException {
        return answering(new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1")), answer);
    }

    static TinyServer answering(ServerSocket listener, String answer) {
        var server = new TinyServer[1];
        server[0] = on(listener, caller -> {
            server[0].heads.add(head(caller));
            caller.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
        });
        return server[0];
    }

    /** A whole answer with this status line's rest, header lines and body. */
    static String answer(String status, String headers, String body) {
        return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }

    /** What LiveKit says to a key that it knows. */
    static String ok() {
        return answer("200 OK", "Content-Type: text/plain; charset=utf-8\r\n", "OK");
    }

    /** Up to the empty line. */
    static String head(Socket caller) throws IOException {
        var head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.UTF_8).endsWith("\r\n\r\n")) {
            var next = caller.getInputStream().read();
            if (next < 0) {
                throw new IOException("closed");
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.UTF_8);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** {@code http://127.0.0.1:PORT} */
    String url() {
        return "http://127.0.0.1:" + port();
    }

    /** The requests that were answered, without bodies. */
    List<String> heads() {
        return heads;
    }

    private void accept() {
        try {
            while (true) {
                var caller = listener.accept();
                callers.add(caller);
                daemon(() -> meet(caller));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void meet(Socket caller) {
        try (caller) {
            behaviour.meet(caller);
        } catch (Exception gone) {
            // the caller hung up, or the test is over
        }
    }

    private static void daemon(Runnable task) {
        var thread = new Thread(task, "tiny server");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (var caller : callers) {
            caller.close();
        }
    }
}
