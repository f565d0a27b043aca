package dev.keyturn.servers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A Prometheus on a free port of 127.0.0.1 that scrapes, and evaluates its rules, far more often than one in earnest. */
public final class PrometheusServer implements AutoCloseable {

    /** Between two scrapes, and two evaluations of a rule. */
    public static final Duration INTERVAL = Duration.ofSeconds(2);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ServerProcess process;
    private final String url;

    private PrometheusServer(ServerProcess process, String url) {
        this.process = process;
        this.url = url;
    }

    /**
     * Starts it.
     *
     * @param jobs  of the scrapes: their names, and the ports of 127.0.0.1 that each reads
     * @param rules files of rules
     */
    public static PrometheusServer start(Map<String, List<Integer>> jobs, List<Path> rules) {
        var folder = ServerProcess.folder("prometheus");
        var scrapes = jobs.entrySet().stream().map(job -> "  - job_name: " + job.getKey()
                + "\n    static_configs: [{targets: " + job.getValue().stream().map(port -> "'127.0.0.1:" + port + "'")
                        .toList() + "}]\n").collect(Collectors.joining());
        var every = INTERVAL.toSeconds() + "s";
        try {
            Files.writeString(folder.resolve("prometheus.yml"), """
                    global: {scrape_interval: %s, scrape_timeout: %s, evaluation_interval: %s}
                    rule_files: %s
                    scrape_configs:
                    %s""".formatted(every, every, every, rules.stream().map(Path::toAbsolutePath).toList(), scrapes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var port = Ports.free();
        var url = "http://127.0.0.1:" + port;
        var process = ServerProcess.start(ServerBinary.PROMETHEUS.path(), List.of("--config.file=prometheus.yml",
                "--storage.tsdb.path=data", "--web.listen-address=127.0.0.1:" + port, "--log.level=warn"),
                Map.of(), folder).awaitReady(url + "/-/ready", status -> status == 200);
        return new PrometheusServer(process, url);
    }

    /** One series of an answer: its labels and its value. */
    public record Sample(Map<String, String> labels, double value) {}

    /** What an expression is now. */
    public List<Sample> query(String expression) {
        var data = get("/api/v1/query?query=" + encoded(expression));
        if (!data.path("resultType").asText().equals("vector")) {
            return List.of(new Sample(Map.of(), data.at("/result/1").asDouble()));
        }
        var samples = new ArrayList<Sample>();
        data.path("result").forEach(one -> samples.add(new Sample(
                JSON.convertValue(one.path("metric"), JSON.getTypeFactory()
                        .constructMapType(Map.class, String.class, String.class)),
                number(one.at("/value/1").asText()))));
        return samples;
    }

    /** An expression over the time since then, with a value each {@code step}: Prometheus' own {@code result}. */
    public JsonNode query(String expression, Instant since, Duration step) {
        return get("/api/v1/query_range?query=" + encoded(expression) + "&start=" + since.getEpochSecond() + "&end="
                + Instant.now().getEpochSecond() + "&step=" + step.toSeconds()).path("result");
    }

    /** Its rules, each with {@code name}, {@code type}, {@code query}, {@code health} and {@code lastError}. */
    public List<JsonNode> rules() {
        var rules = new ArrayList<JsonNode>();
        get("/api/v1/rules").path("groups").forEach(group -> group.path("rules").forEach(rules::add));
        return rules;
    }

    /** Its targets, each with {@code scrapePool}, {@code health} and {@code lastError}. */
    public List<JsonNode> targets() {
        var targets = new ArrayList<JsonNode>();
        get("/api/v1/targets").path("activeTargets").forEach(targets::add);
        return targets;
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    private static String encoded(String expression) {
        return URLEncoder.encode(expression, StandardCharsets.UTF_8);
    }

    private JsonNode get(String path) {
        try {
            var answer = http.send(HttpRequest.newBuilder(URI.create(url + path)).build(), BodyHandlers.ofString());
            var json = JSON.readTree(answer.body());
            if (answer.statusCode() != 200) {
                throw new IllegalArgumentException(json.path("error").asText());
            }
            return json.path("data");
        } catch (IOException e) {
            throw new UncheckedIOException(log(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public String log() {
        return process.log();
    }

    @Override
    public void close() {
        process.stop();
    }
}
