package dev.keyturn.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keyturn.TestAuthority;
import dev.keyturn.TestAuthority.Leaf;
import dev.keyturn.servers.ConfiguredServer;
import dev.keyturn.servers.ContainerManifest;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.Ports;
import dev.keyturn.servers.ServerBinary;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/**
 * A real LiveKit, which reads its configuration strictly, and a real Redis with what k8s/livekit gives them. Only
 * addresses, ports and paths are others.
 */
@NeedsServer({ServerBinary.LIVEKIT, ServerBinary.REDIS, ServerBinary.KUBECTL})
class LiveKitSettingsIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEYS = "APIxxxxxxxxxxxx: \"" + "s".repeat(40) + "\"\n";

    @TempDir
    static Path folder;

    private static TestAuthority authority;
    private static Leaf redisCertificate;
    private static Leaf liveKitCertificate;

    @BeforeAll
    static void certificates() throws Exception {
        authority = TestAuthority.make(folder);
        redisCertificate = authority.leaf("dns:redis.livekit.svc,dns:localhost,ip:127.0.0.1");
        liveKitCertificate = authority.leaf("dns:livekit-server,dns:turn.example.com");
    }

    /** One LiveKit's configuration, with the ports that it shall have here. */
    private static final class Settings {

        final int port = Ports.free();
        final int metrics = Ports.free();
        final ObjectNode words;

        Settings(ObjectNode words) {
            this.words = words;
        }

        /** On 127.0.0.1 alone, without the internet. */
        Settings here(String metricsPort) {
            words.put("port", port).set("bind_addresses", JSON.valueToTree(List.of("127.0.0.1")));
            assertEquals(6789, words.at(metricsPort).asInt());
            put(metricsPort, metrics);
            ((ObjectNode) words.path("rtc")).put("use_external_ip", false).put("node_ip", "127.0.0.1")
                    .put("udp_port", Ports.free()).put("tcp_port", 0).put("enable_loopback_candidate", true);
            put("/turn/udp_port", Ports.free());
            put("/turn/tls_port", Ports.free());
            put("/turn/cert_file", liveKitCertificate.certificate().toString());
            put("/turn/key_file", liveKitCertificate.key().toString());
            ((ObjectNode) words.path("turn")).set("bind_addresses", JSON.valueToTree(List.of("127.0.0.1")));
            put("/key_file", "keys.yaml");
            return this;
        }

        void put(String pointer, Object value) {
            var slash = pointer.lastIndexOf('/');
            ((ObjectNode) words.at(pointer.substring(0, slash))).set(pointer.substring(slash + 1),
                    JSON.valueToTree(value));
        }

        ConfiguredServer start(Map<String, String> environment) {
            return ConfiguredServer.start(ServerBinary.LIVEKIT, List.of("--config", "livekit.yaml"), environment,
                    Map.of("livekit.yaml", words.toString(), "keys.yaml", KEYS),
                    log -> log.contains("starting LiveKit server") && answer(port, "/").equals("OK"));
        }
    }

    private static String answer(int port, String path) {
        try {
            return HttpClient.newHttpClient().send(HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + port + path)).build(), BodyHandlers.ofString()).body();
        } catch (IOException notYet) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static ContainerManifest container(String folder) {
        return ContainerManifest.of("k8s/livekit/" + folder, "Deployment", "livekit-server");
    }

    private static Settings manifest(ContainerManifest container) {
        assertEquals(List.of("--config", "/etc/livekit/livekit.yaml"), container.arguments());
        return new Settings(JSON.valueToTree(new Yaml().load(container.text("/etc/livekit/livekit.yaml"))));
    }

    private static void assertIsThere(Settings settings, Map<String, String> environment) {
        try (var livekit = settings.start(environment)) {
            assertTrue(answer(settings.metrics, "/metrics").contains("livekit_room_total"), livekit.log());
        }
    }

    @Test
    void live_kit_takes_the_configuration_of_the_pod_network_and_speaks_tls_with_redis() throws Exception {
        var container = container("server");
        var settings = manifest(container).here("/prometheus/port");
        var port = Ports.free();
        try (var redis = redis(port)) {
            assertEquals("redis.livekit.svc:6379", settings.words.at("/redis/address").asText());
            settings.put("/redis/address", "localhost:" + port);
            settings.put("/redis/tls/ca_cert_file", authority.pem().toString());
            settings.put("/redis/tls/client_cert_file", liveKitCertificate.certificate().toString());
            settings.put("/redis/tls/client_key_file", liveKitCertificate.key().toString());
            try (var livekit = settings.start(container.environment())) {
                assertTrue(livekit.log().contains("connecting to redis"), livekit.log());
                assertTrue(answer(settings.metrics, "/metrics").contains("livekit_room_total"), livekit.log());
            }
            settings.put("/redis/tls/client_cert_file", "");
            settings.put("/redis/tls/client_key_file", "");
            var refused = assertThrows(IllegalStateException.class, () -> settings.start(container.environment()));
            assertTrue(refused.getMessage().contains("unable to connect to redis"), refused.getMessage());
            assertTrue(redis.log().contains("did not return a certificate"), redis.log());
        }
    }

    /** As its Deployment starts it. */
    private static ConfiguredServer redis(int port) {
        var container = ContainerManifest.of("k8s/livekit/redis", "Deployment", "redis");
        var arguments = container.arguments().stream()
                .map(argument -> argument.replace("--tls-port 6379", "--tls-port " + port)
                        .replace("/etc/redis/tls/tls.crt", redisCertificate.certificate().toString())
                        .replace("/etc/redis/tls/tls.key", redisCertificate.key().toString())
                        .replace("/etc/redis/tls/ca.crt", authority.pem().toString()))
                .toList();
        assertTrue(arguments.toString().contains("--tls-port " + port), arguments::toString);
        return ConfiguredServer.start(ServerBinary.REDIS, arguments, Map.of(), Map.of(),
                log -> log.contains("Ready to accept connections"));
    }

    @Test
    void live_kit_takes_the_configuration_of_the_hosts_network() {
        var container = container("host-network");
        var settings = manifest(container).here("/prometheus/port");
        settings.words.remove("redis"); // the same as on the pod network
        assertEquals(manifest(container("server")).words.path("redis"), manifest(container).words.path("redis"));
        assertIsThere(settings, container.environment());
    }

    @Test
    void each_file_that_the_configuration_names_is_mounted() {
        for (var folder : List.of("server", "host-network")) {
            var container = container(folder);
            manifest(container).words.findValuesAsText("key_file") // the API keys', and TURN's
                    .forEach(file -> assertTrue(container.hasFile(file), file));
            for (var word : List.of("ca_cert_file", "client_cert_file", "client_key_file", "cert_file")) {
                var files = manifest(container).words.findValuesAsText(word);
                assertEquals(1, files.size(), word);
                assertTrue(container.hasFile(files.get(0)), files.get(0));
            }
        }
    }

    @Test
    void live_kit_takes_what_the_values_for_the_chart_make_of_its_configuration() throws Exception {
        var values = JSON.<JsonNode>valueToTree(new Yaml().load(Files.readString(Path.of("k8s/livekit/values.yaml"))));
        var livekit = values.path("livekit").<ObjectNode>deepCopy();
        assertEquals("livekit-turn-tls", ((ObjectNode) livekit.path("turn")).remove("secretName").asText()); // the chart's
        assertEquals(livekit.path("key_file").asText(), "keys.yaml");
        assertEquals("livekit-keys", values.at("/storeKeysInSecret/existingSecret").asText());
        assertTrue(livekit.at("/redis/tls/enabled").asBoolean());
        livekit.remove("redis");
        assertIsThere(new Settings(livekit).here("/prometheus_port"), Map.of());
    }

    @Test
    void a_word_that_live_kit_does_not_know_is_noticed() {
        var settings = manifest(container("host-network")).here("/prometheus/port");
        settings.words.remove("redis");
        settings.put("/prometheus/prot", 1);
        var refused = assertThrows(IllegalStateException.class,
                () -> settings.start(Map.of("LIVEKIT_WEBHOOK_API_KEY", "APIxxxxxxxxxxxx")));
        assertTrue(refused.getMessage().contains("field prot not found"), refused.getMessage());
    }
}
