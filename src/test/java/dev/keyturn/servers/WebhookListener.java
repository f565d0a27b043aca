package dev.keyturn.servers;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.livekit.server.WebhookReceiver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/** An application that listens to webhooks on 127.0.0.1, and believes those that LiveKit's SDK verifies. */
public final class WebhookListener implements AutoCloseable {

    /** What came, whatever it was answered with. */
    public record Call(String authorization, String contentType, String traceparent, String body) {}

    private final String key;
    private final String secret;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final Semaphore mayAnswer = new Semaphore(Integer.MAX_VALUE);
    private volatile int status = 200;

    private WebhookListener(String key, String secret) {
        this.key = key;
        this.secret = secret;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                answer(exchange);
            }
        });
        server.start();
    }

    /** @param key a pair of its own */
    public static WebhookListener start(String key, String secret) {
        return new WebhookListener(key, secret);
    }

    private void answer(HttpExchange exchange) throws IOException {
        var headers = exchange.getRequestHeaders();
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        var call = new Call(headers.getFirst("Authorization"), headers.getFirst("Content-Type"),
                headers.getFirst("traceparent"), body);
        calls.add(call);
        mayAnswer.acquireUninterruptibly();
        mayAnswer.release();
        var answer = status;
        if (answer == 200) {
            try {
                var event = new WebhookReceiver(key, secret).receive(call.body, call.authorization);
                events.add(event.getEvent() + " " + event.getRoom().getName() + " " + event.getId());
            } catch (RuntimeException notVerified) {
                answer = 401;
            }
        }
        exchange.sendResponseHeaders(answer, -1);
    }

    /** The settings that relay to it; with a timeout that a busy machine keeps, or an event would come twice. */
    public Map<String, String> settings(String name) {
        var prefix = "keyturn.webhooks.receivers." + name + ".";
        return Map.of(prefix + "url", url(), prefix + "key", key, prefix + "secret", secret,
                prefix + "timeout", "30s");
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/livekit";
    }

    /** From now on it answers this; with 200 only what the SDK verifies. */
    public void answers(int status) {
        this.status = status;
    }

    /** From now on it takes requests and answers none. */
    public void hang() {
        mayAnswer.drainPermits();
    }

    public void hangNoMore() {
        mayAnswer.release(Integer.MAX_VALUE - mayAnswer.availablePermits());
    }

    public List<Call> calls() {
        return List.copyOf(calls);
    }

    /** What was verified and taken, each as {@code event room id}. */
    public List<String> events() {
        return List.copyOf(events);
    }

    @Override
    public void close() {
        hangNoMore();
        server.stop(0);
        threads.shutdownNow();
    }
}
