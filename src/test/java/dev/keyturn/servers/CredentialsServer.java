package dev.keyturn.servers;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * What {@code keyturn exec} sees of a Keyturn server, for answers that a real one cannot be made to give: keys that go
 * backwards, refusals, silence. The real one is in AgentRotationIT.
 */
public final class CredentialsServer implements AutoCloseable {

    private static final String EXPIRES = "2036-01-01T00:00:00Z";

    private final int port = Ports.free();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> bearers = new CopyOnWriteArrayList<>();
    private final List<String> held = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private String key;
    private String secret;
    private long version;
    private int status = 200;
    private boolean silent;

    /** Not started yet. */
    public static CredentialsServer of(String key, String secret, long version) {
        var server = new CredentialsServer();
        server.turn(key, secret, version);
        return server;
    }

    /** Listens, always on the same port. */
    public CredentialsServer start() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/agent/credentials", exchange -> {
            try (exchange) {
                answer(exchange);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
        return this;
    }

    /** From now on this pair is given, at once to those who wait for another. */
    public synchronized void turn(String key, String secret, long version) {
        this.key = key;
        this.secret = secret;
        this.version = version;
        notifyAll();
    }

    /** From now on everything is answered so; 200 is the usual. */
    public synchronized void answerWith(int status) {
        this.status = status;
        notifyAll();
    }

    /** From now on nothing is answered at all. */
    public synchronized void fallSilent() {
        silent = true;
        notifyAll();
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** The {@code Authorization} of each request, in their order. */
    public List<String> bearers() {
        return List.copyOf(bearers);
    }

    /** The {@code If-None-Match} of each request, in their order; "none" where there was none. */
    public List<String> held() {
        return List.copyOf(held);
    }

    private void answer(HttpExchange exchange) throws IOException, InterruptedException {
        var headers = exchange.getRequestHeaders();
        bearers.add(String.valueOf(headers.getFirst("Authorization")));
        var shown = String.valueOf(headers.getFirst("If-None-Match"));
        held.add(shown.equals("null") ? "none" : shown);
        String body;
        int answer;
        synchronized (this) {
            while (silent || status == 200 && etag().equals(shown) && headers.containsKey("Prefer")) {
                wait();
            }
            answer = !"credentials".equals(headers.getFirst("Keyturn-Request")) ? 400
                    : status == 200 && etag().equals(shown) ? 304 : status;
            exchange.getResponseHeaders().set("ETag", etag());
            exchange.getResponseHeaders().set("Keyturn-Expires-At", EXPIRES);
            body = answer == 200 ? """
                    {"url": "ws://livekit.test", "api_key": "%s", "api_secret": "%s", "key_state": "ACTIVE",
                     "version": %d, "agent_name": "helper", "expires_at": "%s"}"""
                    .formatted(key, secret, version, EXPIRES)
                    : "{\"detail\": \"No rule gives credentials to this caller.\"}";
        }
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer, answer == 304 ? -1 : bytes.length);
        if (answer != 304) {
            exchange.getResponseBody().write(bytes);
        }
    }

    private String etag() {
        return "W/\"" + key + "." + version + "\"";
    }

    /** Hangs up on everybody and listens no longer. */
    public void stop() {
        server.stop(0);
    }

    @Override
    public void close() {
        if (server != null) {
            stop();
        }
        threads.shutdownNow();
    }
}
