package dev.keyturn.servers;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * {@code ./mvnw quarkus:dev}, as a newcomer runs it, in a copy of the tree and on free ports. It starts in a quarter of a
 * minute, or in many where much else runs.
 */
public final class DevelopmentServer implements AutoCloseable {

    private static final Duration STARTED_WITHIN = Duration.ofMinutes(10);
    private static final Duration WITHIN = Duration.ofMinutes(2); // on a busy machine
    private static final List<String> TREE = List.of("pom.xml", "mvnw", ".mvn", "src/main", "src/page", "docs");

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Path folder;
    private final int port;
    private ServerProcess process;

    private DevelopmentServer(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    /**
     * @param settings beside development's own; {@code keyturn.rotation.nodes} is where no LiveKit is, unless set: the
     *                 one of this machine's user is not asked
     */
    public static DevelopmentServer start(Map<String, String> settings) {
        var port = Ports.free();
        var server = new DevelopmentServer(ServerProcess.folder("development"), port);
        try {
            for (var path : TREE) {
                copy(Path.of(path), server.folder.resolve(path));
            }
            var all = new HashMap<>(Map.of(
                    "quarkus.http.port", "" + port, "quarkus.management.port", "" + Ports.free(),
                    "keyturn.rotation.nodes", "http://127.0.0.1:" + Ports.free()));
            all.putAll(settings);
            var properties = new Properties();
            properties.putAll(all);
            Files.createDirectory(server.folder.resolve("config"));
            try (var out = Files.newOutputStream(server.folder.resolve("config/application.properties"))) {
                properties.store(out, null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.startAgain();
        return server;
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        try (var files = Files.walk(from)) {
            for (var file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    /** On the same port, after {@link #end}. */
    public void startAgain() {
        var environment = new HashMap<String, String>();
        for (var name : List.of("HOME", "MAVEN_OPTS", "MAVEN_ARGS")) { // its repository, and how it is reached
            if (System.getenv(name) != null) {
                environment.put(name, System.getenv(name));
            }
        }
        process = ServerProcess.start(folder.resolve("mvnw"), List.of("-B", "quarkus:dev", "-Ddebug=false"),
                environment, folder);
        process.awaitReady(() -> status("/dev/state") == 200, STARTED_WITHIN);
    }

    private int status(String path) {
        try {
            return http.send(HttpRequest.newBuilder(URI.create(url() + path)).build(), BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException notYet) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Where it is: {@code http://localhost:PORT}, a secure context for a browser. */
    public String url() {
        return "http://localhost:" + port;
    }

    /** The copy of the tree that it runs in. */
    public Path folder() {
        return folder;
    }

    /** All that it has printed. */
    public String log() {
        return process.log();
    }

    public HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(URI.create(url() + path)));
    }

    /** Posts JSON. */
    public HttpResponse<String> post(String path, String body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(url() + path)).header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(log(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Waits until something is so; the log is shown if it never is. */
    public void await(String what, BooleanSupplier so) {
        var until = System.nanoTime() + WITHIN.toNanos();
        while (!so.getAsBoolean()) {
            assertTrue(System.nanoTime() < until, () -> "not so within " + WITHIN + ": " + what + "\n" + log());
            LockSupport.parkNanos(20_000_000); // between two questions
        }
    }

    /** Ends it, and keeps its folder. */
    public void end() {
        var server = ProcessHandle.of(process.pid()).orElseThrow().descendants().toList(); // Maven starts it as one
        process.end();
        server.forEach(ProcessHandle::destroyForcibly);
    }

    @Override
    public void close() {
        end();
        process.delete();
    }
}
