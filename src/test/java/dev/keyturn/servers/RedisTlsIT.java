package dev.keyturn.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestAuthority;
import dev.keyturn.TestAuthority.Leaf;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** LiveKit to Redis by {@code redis.tls}, as k8s/livekit has it: what LiveKit checks, and that it does by default. */
@NeedsServer({ServerBinary.LIVEKIT, ServerBinary.REDIS})
class RedisTlsIT {

    private static final String NAME = "redis.livekit.svc";
    private static final Map<String, String> KEYS = Map.of("APIredistls", "x".repeat(40));

    @TempDir
    static Path folder;

    private static TestAuthority authority;

    @BeforeAll
    static void authority() throws Exception {
        authority = TestAuthority.make(folder);
    }

    /** The address is not the name, here as behind a proxy; where they are the same, server_name is not needed. */
    private static String options(RedisServer redis, String more) {
        return "redis: {address: \"" + redis.address() + "\", tls: {enabled: true, " + more + "}}";
    }

    private static String checked() {
        return "server_name: " + NAME + ", ca_cert_file: " + authority.pem();
    }

    @ParameterizedTest
    @CsvSource({"dns:redis.livekit.svc,server_name: redis.livekit.svc", "ip:127.0.0.1,insecure: false"})
    void with_the_right_name_it_starts_and_its_nodes_are_one(String names, String name) throws Exception {
        try (var redis = RedisServer.tls(authority.leaf(names));
                var one = LiveKitServer.start(KEYS, options(redis, name + ", ca_cert_file: " + authority.pem()));
                var two = LiveKitServer.start(KEYS, options(redis, name + ", ca_cert_file: " + authority.pem()))) {
            for (var node : new LiveKitServer[] {one, two}) {
                assertTrue(node.log().contains("connecting to redis"), node.log());
            }
            assertEquals(":2", asked(redis, "HLEN nodes"));
        }
    }

    private static String asked(RedisServer redis, String command) throws Exception {
        var address = redis.address().split(":");
        try (var socket = authority.trust().getSocketFactory()
                .createSocket(address[0], Integer.parseInt(address[1]))) {
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream())).readLine();
        }
    }

    /** Its status says nothing: before 1.13.10 it is 0. */
    private static void refuses(Leaf shown, String options, String says) {
        try (var redis = RedisServer.tls(shown)) {
            var failed = assertThrows(IllegalStateException.class,
                    () -> LiveKitServer.start(KEYS, options(redis, options)).close());
            assertTrue(failed.getMessage().contains("the server ended with status"), failed.getMessage());
            assertTrue(failed.getMessage().contains(says), failed.getMessage());
        }
    }

    @Test
    void with_another_name_it_does_not_start() throws Exception {
        refuses(authority.leaf("dns:other.example.com"), checked(),
                "certificate is valid for other.example.com, not " + NAME);
    }

    @Test
    void with_an_expired_certificate_it_does_not_start() throws Exception {
        refuses(authority.expired("dns:" + NAME), checked(), "certificate has expired or is not yet valid");
    }

    @Test
    void of_an_unknown_authority_it_does_not_start() throws Exception {
        var leaf = TestAuthority.make(folder).leaf("dns:" + NAME);
        refuses(leaf, checked(), "certificate signed by unknown authority");
        refuses(leaf, "server_name: " + NAME, "certificate signed by unknown authority");
    }

    /** Its sample says that this is the default. It is not. */
    @Test
    void only_insecure_takes_any_certificate() throws Exception {
        try (var redis = RedisServer.tls(authority.expired("dns:other.example.com"));
                var node = LiveKitServer.start(KEYS, options(redis, "insecure: true"))) {
            assertTrue(node.log().contains("connecting to redis"), node.log());
        }
    }
}
