package dev.keyturn;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.callers.InvalidBearerException;
import dev.keyturn.callers.TestIssuer;
import dev.keyturn.callers.TestIssuerResource;
import dev.keyturn.keys.LiveRing;
import dev.keyturn.policy.Decision;
import dev.keyturn.tokens.TestWebhooks;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** docs/metrics.md lists what /metrics shows of ours, and nothing there can grow with those who ask. */
@QuarkusTest
@TestProfile(MetricsDocumentTest.WithPolicy.class)
@QuarkusTestResource(value = TestIssuerResource.class, restrictToAnnotatedClass = true)
class MetricsDocumentTest {

    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"([^\"]*)\"");

    @TestHTTPResource(value = "/", management = true)
    URI management;

    TestIssuer issuer;

    @Inject
    LiveRing ring;

    public static final class WithPolicy implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            try {
                var file = Files.createTempFile("keyturn-policy", ".yaml");
                file.toFile().deleteOnExit();
                Files.writeString(file, """
                        rules:
                          - name: people
                            for: {issuer: "https://issuer.test", claims: {role: teacher}}
                            rooms: ["{tenant}-*"]
                          - name: once
                            for: anyone
                            rooms: ["once-*"]
                            identity: "*"
                            rate: 1/10m
                          - name: guests
                            for: anyone
                            rooms: ["guest-*"]
                            identity: "*"
                        credentials:
                          - name: agents
                            for: {issuer: "https://issuer.test", claims: {role: agent}}
                        """);
                var receiver = "keyturn.webhooks.receivers.billing.";
                var secret = Files.createTempFile("keyturn-receiver", ""); // a setting would be in the test's report
                secret.toFile().deleteOnExit();
                Files.writeString(secret, TestKeys.secretOf("billing"));
                return Map.of("keyturn.policy.file", file.toString(), receiver + "url", "http://127.0.0.1:1/",
                        receiver + "key", "APIbilling", receiver + "secret-file", secret.toString(),
                        receiver + "give-up-after", "1s");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void post(int status, String body, String... bearer) {
        var request = given().contentType("application/json").body(body);
        for (var token : bearer) {
            request.header("Authorization", "Bearer " + token);
        }
        request.post("/token").then().statusCode(status);
    }

    @BeforeEach
    void everything_happens_once() {
        var secret = "canary-7351";
        post(201, "{\"room_name\": \"guest-%s\", \"participant_identity\": \"%s\", \"%s\": 1}"
                .formatted(secret, secret, secret));
        post(400, "{\"room_name\": 1}");
        post(403, "{\"room_name\": \"%s\"}".formatted(secret));
        post(403, "{\"room_name\": \"guest-a\", \"participant_name\": \"%s\"}".formatted(secret));
        post(401, "{}", secret);
        post(403, "{}", issuer.bearer(Map.of("sub", secret, "role", "teacher"))); // has no tenant
        for (var tries = 0; tries < 2; tries++) {
            given().contentType("application/json").body("{\"room_name\": \"once-" + secret + "\"}").post("/token");
        }
        given().header("Authorization", "Bearer " + issuer.bearer(Map.of("sub", secret)))
                .formParam("token", secret).post("/introspect").then().statusCode(200);
        var event = TestWebhooks.event(secret, secret, secret);
        given().contentType("application/json").body(event)
                .header("Authorization", TestWebhooks.token(ring.signingKey(), event, Instant.now()))
                .post("/webhook").then().statusCode(200);
        given().header("Authorization", "Bearer " + issuer.bearer(Map.of("sub", secret, "role", "agent")))
                .header("Keyturn-Request", "credentials").header("If-None-Match", "W/\"" + secret + "\"")
                .get("/agent/credentials").then().statusCode(200);
        given().post("/" + secret).then().statusCode(404);
        given().get("/token/" + secret).then().statusCode(404);
    }

    private Stream<String> lines(String prefix) {
        return given().accept("text/plain").get(management.resolve("/metrics")).then().statusCode(200)
                .extract().asString().lines().filter(line -> line.startsWith(prefix));
    }

    private static String labels(String series) {
        return LABEL.matcher(series.replaceAll("} .*$", "}")).results().map(label -> label.group(1)).sorted()
                .collect(Collectors.joining(", "));
    }

    @Test
    void the_page_has_every_metric_with_its_type_and_labels() {
        var onPage = new TreeMap<String, String>();
        for (var row : Tables.rows("metrics.md", "keyturn_")) {
            if (row.size() == 4 && row.get(0).matches("`(?!keyturn_exec_)[a-z_]+`")) { // those are of another program
                onPage.put(Tables.plain(row.get(0)), row.get(1) + " " + Tables.plain(row.get(2)));
            }
        }
        var shown = new TreeMap<String, String>();
        var samples = lines("keyturn_").toList();
        lines("# TYPE keyturn_").map(line -> line.split(" ")).forEach(type -> {
            var labels = new TreeSet<String>();
            samples.stream().filter(sample -> sample.matches(type[2] + "(_count|_sum)?[{ ].*"))
                    .forEach(sample -> labels.add(labels(sample)));
            shown.put(type[2], type[3] + " " + String.join(" or ", labels));
        });
        assertEquals(lines(shown), lines(onPage), "docs/metrics.md is not what /metrics shows");
    }

    private static String lines(Map<String, String> metrics) {
        return metrics.entrySet().stream().map(m -> m.getKey() + ": " + m.getValue()).collect(Collectors.joining("\n"));
    }

    @Test
    void the_page_explains_every_value_of_a_label() throws IOException {
        var page = Files.readString(Path.of("docs/metrics.md"));
        var configured = Set.of("", "once", "guests", "people", "agents", "test", "billing");
        var shown = lines("keyturn_").flatMap(line -> LABEL.matcher(line).results()).map(label -> label.group(2));
        var possible = Stream
                .of(LiveRing.Result.values(), InvalidBearerException.Reason.values(), Decision.Reason.values())
                .flatMap(Arrays::stream).filter(value -> value != LiveRing.Result.NOT_READ)
                .map(value -> value.name().toLowerCase(Locale.ROOT));
        var missing = Stream.concat(shown, possible)
                .filter(value -> !configured.contains(value) && !page.contains("`" + value + "`"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(missing.isEmpty(), "docs/metrics.md does not explain " + missing);
    }

    @Test
    void nothing_that_a_request_holds_is_in_a_label() {
        var all = lines("").collect(Collectors.joining("\n"));
        assertTrue(all.contains("rule=\"guests\""), "nothing was measured");
        assertFalse(all.contains("canary-7351"), "a label holds a part of a request");
    }

    @Test
    void only_requests_have_buckets_which_tell_fast_from_slow() {
        var buckets = lines("http_server_requests_seconds_bucket{")
                .filter(line -> line.contains("uri=\"/token\"") && line.contains("status=\"201\""))
                .map(line -> line.replaceAll(".*le=\"([^\"]+)\".*", "$1")).toList();
        assertEquals("0.001 0.002 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1.0 +Inf", String.join(" ", buckets));
        assertTrue(lines("").noneMatch(
                line -> line.contains("_bucket{") && !line.startsWith("http_server_requests_seconds")));
    }
}
