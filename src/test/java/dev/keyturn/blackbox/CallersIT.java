package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.keyturn.TestKeys;
import dev.keyturn.callers.TestIssuer;
import dev.keyturn.file.FileKeyRingStore;
import dev.keyturn.servers.KeyturnProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** What the packaged program knows by itself: every algorithm, the description of its endpoint, its own figures. */
class CallersIT {

    private static final List<String> ALGORITHMS = List.of("RS256", "PS256", "ES256", "EdDSA");
    private static final Map<String, TestIssuer> ISSUERS = new HashMap<>();

    @TempDir
    static Path folder;

    private static KeyturnProcess keyturn;

    @BeforeAll
    static void start() throws Exception {
        new FileKeyRingStore(folder.resolve("ring.json")).write(TestKeys.ring("APIcallers"), null);
        var settings = new HashMap<>(Map.of(
                "keyturn.ring.store", "file",
                "keyturn.ring.file.path", folder.resolve("ring.json").toString(),
                "keyturn.policy.file", Files.writeString(folder.resolve("policy.yaml"), """
                        rules:
                          - {name: known, for: authenticated, rooms: fresh}
                        """).toString()));
        for (var algorithm : ALGORITHMS) {
            var issuer = TestIssuer.start("https://" + algorithm + ".example", algorithm, Clock.systemUTC());
            ISSUERS.put(algorithm, issuer);
            settings.putAll(issuer.settings("jwks-" + algorithm));
            var file = issuer.settings("file-" + algorithm, folder);
            file.replaceAll((name, value) -> value.equals(issuer.issuer()) ? fromFile(algorithm) : value);
            settings.putAll(file);
        }
        keyturn = KeyturnProcess.serve(settings);
        keyturn.await("all keys are fetched", () -> ALGORITHMS.stream()
                .allMatch(each -> keyturn.metric("keyturn_issuer_keys{issuer=\"jwks-" + each + "\"") == 1));
    }

    private static String fromFile(String algorithm) {
        return "https://" + algorithm + ".file.example";
    }

    @AfterAll
    static void stop() {
        keyturn.close();
        ISSUERS.values().forEach(TestIssuer::close);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "PS256", "ES256", "EdDSA"})
    void a_caller_is_known_by_a_signature_of(String algorithm) {
        var issuer = ISSUERS.get(algorithm);
        for (var iss : List.of(issuer.issuer(), fromFile(algorithm))) {
            var bearer = issuer.bearer(Map.of("iss", iss, "sub", "ann"));
            keyturn.granted("{}", "Authorization", "Bearer " + bearer);
            var forged = bearer.substring(0, bearer.lastIndexOf('.') + 1) + "A".repeat(86);
            assertEquals(401, keyturn.token("{}", "Authorization", "Bearer " + forged).statusCode());
        }
    }

    @Test
    void the_endpoint_is_described_as_the_source_has_it() throws Exception {
        var described = keyturn.page("/q/openapi");
        assertEquals(200, described.statusCode());
        Map<String, Map<String, ?>> source =
                new Yaml().load(Files.readString(Path.of("src/main/resources/META-INF/openapi.yaml")));
        Map<String, Map<String, ?>> told = new Yaml().load(described.body());
        assertEquals(new TreeSet<>(source.get("paths").keySet()), new TreeSet<>(told.get("paths").keySet()));
        assertEquals(source.get("info").get("title"), told.get("info").get("title"));
    }

    @Test
    void its_own_memory_and_time_are_among_the_figures() {
        keyturn.token("{}");
        for (var figure : List.of("jvm_memory_used_bytes", "process_cpu_usage", "process_uptime_seconds",
                "http_server_requests_seconds_bucket{")) {
            keyturn.await(figure + " is shown", () -> keyturn.metric(figure) >= 0);
        }
    }
}
