package dev.keyturn.servers;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An HTTP server between a client and a real one, on a free port of 127.0.0.1, that passes on everything until it is
 * told to misbehave. A change takes effect at once: requests that were held are dropped.
 */
public final class FaultyProxy implements AutoCloseable {

    private static final Set<String> NOT_PASSED_ON = Set.of("connection", "content-length", "host", "upgrade",
            "transfer-encoding", "http2-settings", ":status");

    /** What becomes of one request. */
    private interface Behaviour {
        void answer(HttpExchange exchange, CountDownLatch changed) throws IOException, InterruptedException;
    }

    private final HttpClient client;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        var thread = new Thread(task, "faulty proxy");
        thread.setDaemon(true);
        return thread;
    });
    private final String target;
    private final int port;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger held = new AtomicInteger();
    private volatile CountDownLatch changed = new CountDownLatch(1);
    private volatile Behaviour behaviour = this::passOn;
    private HttpServer server;

    private FaultyProxy(HttpClient client, String target, int port) {
        this.client = client;
        this.target = target;
        this.port = port;
    }

    /** @param target the real server: {@code http://127.0.0.1:8200} */
    public static FaultyProxy before(String target) {
        return before(target, HttpClient.newHttpClient());
    }

    /** @param client that trusts the real server, one with TLS */
    static FaultyProxy before(String target, HttpClient client) {
        var proxy = new FaultyProxy(client, target, Ports.free());
        proxy.listen();
        return proxy;
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Each request that came in, oldest first: {@code GET /v1/secret/data/keyturn/ring}. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /** How many requests came in. */
    public int count() {
        return requests.size();
    }

    /** How many requests are being kept waiting right now, by {@link #blackHole} or {@link #slow}. */
    public int held() {
        return held.get();
    }

    /** Passes everything on. */
    public void pass() {
        become(this::passOn);
    }

    /** Nobody listens: connections are refused. */
    public synchronized void refuse() {
        become(this::passOn);
        server.stop(0);
        server = null;
    }

    /** Takes requests and never answers. */
    public void blackHole() {
        slow(Duration.ofDays(1));
    }

    /** Lets each request wait before it is passed on. */
    public void slow(Duration delay) {
        become((exchange, changed) -> {
            held.incrementAndGet();
            try {
                if (!changed.await(delay.toNanos(), TimeUnit.NANOSECONDS)) {
                    passOn(exchange, changed);
                }
            } finally {
                held.decrementAndGet();
            }
        });
    }

    /** Gets the real answer, sends half of it and hangs up. */
    public void cut() {
        become((exchange, changed) -> {
            var answer = ask(exchange);
            exchange.sendResponseHeaders(answer.statusCode(), answer.body().length);
            exchange.getResponseBody().write(answer.body(), 0, answer.body().length / 2);
            exchange.getResponseBody().flush();
        });
    }

    /** Hangs up without an answer. */
    public void hangUp() {
        become((exchange, changed) -> {});
    }

    /** Answers everything so. */
    public void status(int status, String body) {
        become((exchange, changed) -> send(exchange, status, body.getBytes(StandardCharsets.UTF_8)));
    }

    /** Answers everything as Vault does for a KV v2 secret with this JSON as its data, in this version. */
    public void document(String data, int version) {
        status(200, """
                {"request_id": "0", "lease_id": "", "renewable": false, "lease_duration": 0, "wrap_info": null, "auth": null,
                 "data": {"data": %s, "metadata": {"created_time": "2026-01-01T00:00:00Z", "custom_metadata": null,
                   "deletion_time": "", "destroyed": false, "version": %d}}}
                """.formatted(data, version));
    }

    @Override
    public void close() {
        refuse();
        threads.shutdownNow();
    }

    private synchronized void become(Behaviour next) {
        behaviour = next;
        var before = changed;
        changed = new CountDownLatch(1);
        before.countDown();
        if (server == null) {
            listen();
        }
    }

    private void listen() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        try (exchange) { // what has not been answered in full by then is cut off
            behaviour.answer(exchange, changed);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void passOn(HttpExchange exchange, CountDownLatch changed) throws IOException, InterruptedException {
        var answer = ask(exchange);
        answer.headers().map().forEach((name, values) -> {
            if (!NOT_PASSED_ON.contains(name.toLowerCase(Locale.ROOT))) {
                exchange.getResponseHeaders().put(name, values);
            }
        });
        send(exchange, answer.statusCode(), answer.body());
    }

    private HttpResponse<byte[]> ask(HttpExchange exchange) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(target + exchange.getRequestURI()))
                .method(exchange.getRequestMethod(),
                        HttpRequest.BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!NOT_PASSED_ON.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
            }
        });
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }
}
