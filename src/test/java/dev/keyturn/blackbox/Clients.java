package dev.keyturn.blackbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.blackbox.Join.Came;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.LiveKitServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Frontends, all the time: each gets a token from any replica, and joins with it through every node in turn. Every
 * token is shown to every node once more shortly before it expires.
 */
final class Clients implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    /** What a replica answers that was cut off from Vault for too long; on a busy machine it may be. */
    private static final int UNAVAILABLE = 503;
    /** Between two joins of one client: they share the machine with the servers. */
    private static final Duration PAUSE = Duration.ofMillis(60);
    private static final Duration BEFORE_ITS_END = Duration.ofSeconds(2);

    private final List<KeyturnProcess> replicas;
    private final List<LiveKitServer> nodes;
    private final KeyFileCarrier carrier;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5)).build();
    private final List<Thread> threads = new ArrayList<>();
    private final ScheduledExecutorService shows = Executors.newSingleThreadScheduledExecutor();
    private volatile Figures figures = new Figures();
    private volatile Throwable failure;

    Clients(int count, List<KeyturnProcess> replicas, List<LiveKitServer> nodes, KeyFileCarrier carrier) {
        this.replicas = replicas;
        this.nodes = nodes;
        this.carrier = carrier;
        for (int i = 0; i < count; i++) {
            var thread = new Thread(this::join, "client " + i);
            threads.add(thread);
            thread.start();
        }
    }

    private record Token(String text, ApiKey key, Instant expires) {

        static Token of(String text) {
            var claims = claims(text);
            return new Token(text, issuer(text), Instant.ofEpochSecond(claims.path("exp").asLong()));
        }
    }

    static ApiKey issuer(String token) {
        return new ApiKey(claims(token).path("iss").asText());
    }

    private static JsonNode claims(String token) {
        try {
            return JSON.readTree(Base64.getUrlDecoder().decode(token.split("\\.")[1]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whatever is seen from here on is counted there. */
    void count(Figures from) {
        figures = from;
    }

    /** @throws AssertionError if a client got no token, or could not go on */
    void check() {
        if (failure != null) {
            throw new AssertionError("a client could not go on", failure);
        }
    }

    private void join() {
        try {
            while (true) {
                var random = ThreadLocalRandom.current();
                var answer = replicas.get(random.nextInt(replicas.size())).token("{}");
                if (answer.statusCode() == UNAVAILABLE) {
                    figures.unavailable();
                    Thread.sleep(PAUSE.toMillis());
                    continue; // with another replica
                }
                var token = Token.of(KeyturnProcess.json(answer).path("participant_token").textValue());
                figures.issued(token.key);
                var due = Duration.between(Instant.now(), token.expires.minus(BEFORE_ITS_END));
                shows.schedule(() -> showAgain(token), due.toMillis(), TimeUnit.MILLISECONDS);
                var first = random.nextInt(nodes.size());
                for (int i = 0; i < nodes.size(); i++) {
                    join(nodes.get((first + i) % nodes.size()), token);
                    Thread.sleep(PAUSE.toMillis());
                }
            }
        } catch (InterruptedException closing) {
            // the end
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    private void join(LiveKitServer node, Token token) throws InterruptedException {
        var carried = carrier.carried();
        var result = Join.through(node, token.text, http);
        var byNew = result.came() == Came.JOINED && issuer(result.refreshToken()).equals(carried.newest());
        figures.joined(carried.phase(), token.key, result, byNew);
    }

    private void showAgain(Token token) {
        try {
            for (var node : nodes) {
                if (Instant.now().isBefore(token.expires)) { // else this machine was too slow to ask in time
                    figures.shownAgain(token.key, validate(node, token.text));
                }
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    private Came validate(LiveKitServer node, String token) throws InterruptedException {
        var status = status(node, token, http);
        return status == 200 ? Came.JOINED : status == 401 ? Came.REFUSED : Came.AWAY;
    }

    /** What LiveKit says to a token before it lets its holder connect; 0 if it says nothing. */
    static int status(LiveKitServer node, String token, HttpClient http) throws InterruptedException {
        try {
            var asked = HttpRequest.newBuilder(URI.create(node.url() + "/rtc/validate?access_token=" + token))
                    .timeout(Duration.ofSeconds(5)).build();
            return http.send(asked, BodyHandlers.discarding()).statusCode();
        } catch (IOException away) {
            return 0;
        }
    }

    @Override
    public void close() throws InterruptedException {
        shows.shutdownNow();
        for (var thread : threads) {
            thread.interrupt();
            thread.join();
        }
    }
}
