package dev.keyturn.servers;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The packaged program as its user runs it: a server on free ports, or one command. Its settings are a file in its
 * folder, so that no secret stands on a command line.
 *
 * <p>The system property {@code keyturn.test.program} names an executable to test instead of the jar, and the
 * environment variable {@code KEYTURN_TEST_JAVA_HOME} another JDK to run the jar.
 */
public final class KeyturnProcess implements AutoCloseable {

    private static final Duration WITHIN = Duration.ofMinutes(2); // on a busy machine; else it takes seconds
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ServerProcess process;
    private final String url;
    private final String managementUrl;

    private KeyturnProcess(ServerProcess process, int port, int managementPort) {
        this.process = process;
        this.url = "http://127.0.0.1:" + port;
        this.managementUrl = "http://127.0.0.1:" + managementPort;
    }

    /** What a command came to. */
    public record Ended(int status, String out, String err) {}

    /** Starts the server and waits until it is live. */
    public static KeyturnProcess serve(Map<String, String> settings) {
        return serve(settings, Map.of());
    }

    /** @param environment variables, which win over the settings */
    public static KeyturnProcess serve(Map<String, String> settings, Map<String, String> environment) {
        var port = Ports.free();
        var managementPort = Ports.free();
        var all = new HashMap<>(Map.of("keyturn.livekit.url", "wss://livekit.test",
                "quarkus.http.host", "127.0.0.1", "quarkus.http.port", "" + port,
                "quarkus.management.host", "127.0.0.1", "quarkus.management.port", "" + managementPort));
        all.putAll(settings);
        var process = startBy(List.<String>of(), all, environment);
        var keyturn = new KeyturnProcess(process, port, managementPort);
        process.awaitReady(keyturn.managementUrl + "/q/health/live", status -> status == 200);
        return keyturn;
    }

    static ServerProcess start(Map<String, String> settings, String... arguments) {
        return startBy(List.of(), settings, arguments);
    }

    static ServerProcess startBy(List<String> runner, Map<String, String> settings, String... arguments) {
        return startBy(runner, settings, Map.of(), arguments);
    }

    private static ServerProcess startBy(List<String> runner, Map<String, String> settings,
            Map<String, String> environment, String... arguments) {
        var command = new ArrayList<>(runner);
        command.addAll(command(List.of(arguments)));
        return ServerProcess.start(
                Path.of(command.get(0)), command.subList(1, command.size()), environment, configured(settings));
    }

    /** Runs a command, or a server that is expected not to start, to its end. */
    public static Ended run(Map<String, String> settings, String input, String... arguments) {
        return run(settings, Map.of(), input, arguments);
    }

    /** @param environment variables, which win over the settings */
    public static Ended run(Map<String, String> settings, Map<String, String> environment, String input,
            String... arguments) {
        var folder = configured(settings);
        var builder = new ProcessBuilder(command(List.of(arguments))).directory(folder.toFile());
        builder.environment().putAll(environment);
        builder.redirectOutput(folder.resolve("out").toFile()).redirectError(folder.resolve("err").toFile());
        try {
            var process = builder.start();
            try (var in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException endedBeforeItReadAll) {
                // its status tells
            }
            if (!process.waitFor(WITHIN.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("still running after " + WITHIN + ": "
                        + Files.readString(folder.resolve("out")) + Files.readString(folder.resolve("err")));
            }
            return new Ended(process.exitValue(),
                    Files.readString(folder.resolve("out")), Files.readString(folder.resolve("err")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            ServerProcess.delete(folder);
        }
    }

    private static List<String> command(List<String> arguments) {
        var command = new ArrayList<String>();
        var program = System.getProperty("keyturn.test.program");
        if (program != null) {
            command.add(Path.of(program).toAbsolutePath().toString());
        } else {
            var jar = Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath();
            assertTrue(Files.exists(jar), "the program is not packaged yet: './mvnw verify' does that first");
            var home = System.getenv().getOrDefault("KEYTURN_TEST_JAVA_HOME", System.getProperty("java.home"));
            command.addAll(List.of(Path.of(home, "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1", "-jar", jar.toString()));
        }
        command.addAll(arguments);
        return command;
    }

    private static Path configured(Map<String, String> settings) {
        var folder = ServerProcess.folder("keyturn");
        var properties = new Properties();
        properties.putAll(settings);
        try {
            Files.createDirectory(folder.resolve("config"));
            try (var out = Files.newOutputStream(folder.resolve("config/application.properties"))) {
                properties.store(out, null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder;
    }

    public String url() {
        return url;
    }

    /** Asks for a token. */
    public HttpResponse<String> token(String body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(url + "/token"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return send(request.build());
    }

    /** The token of a request that must be granted. */
    public String granted(String body, String... headers) {
        var answer = token(body, headers);
        assertTrue(answer.statusCode() == 201, () -> answer.statusCode() + " " + answer.body() + "\n" + log());
        return json(answer).path("participant_token").textValue();
    }

    /** {@code http://127.0.0.1:PORT}, of the management port. */
    public String managementUrl() {
        return managementUrl;
    }

    /** A page of the management port. */
    public HttpResponse<String> management(String path) {
        return send(HttpRequest.newBuilder(URI.create(managementUrl + path)).build());
    }

    public boolean isReady() {
        return management("/q/health/ready").statusCode() == 200;
    }

    /**
     * The value of a metric's one series that begins so, such as {@code keyturn_ring_version}; NaN if there is none.
     */
    public double metric(String series) {
        return management("/metrics").body().lines().filter(line -> line.startsWith(series))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst().orElse(Double.NaN);
    }

    /** Waits until something is so; the log is shown if it never is. */
    public void await(String what, BooleanSupplier so) {
        var until = System.nanoTime() + WITHIN.toNanos();
        while (!so.getAsBoolean()) {
            assertTrue(System.nanoTime() < until, () -> "not so within " + WITHIN + ": " + what + "\n" + log());
            LockSupport.parkNanos(20_000_000); // between two questions
        }
    }

    /** All that it has printed. */
    public String log() {
        return process.log();
    }

    /** Asks it to end, as an orchestrator does, waits for that, and returns all that it has printed. */
    public String end() {
        process.end();
        return process.log();
    }

    /** A page of the port that clients use. */
    public HttpResponse<String> page(String path, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(url + path));
        return send((headers.length == 0 ? request : request.headers(headers)).build());
    }

    public long pid() {
        return process.pid();
    }

    public static JsonNode json(HttpResponse<String> answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new AssertionError("no JSON: " + answer.body(), e);
        }
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(log(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.stop();
    }
}
