package dev.keyturn.callers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.keyturn.TestCertificate;
import dev.keyturn.callers.KeysNotFetchedException.Kind;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jose4j.jwk.PublicJsonWebKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys in a certificate, and keys behind one: an issuer with an authority of its own, as a Kubernetes cluster is. */
class CertificatesTest {

    @TempDir
    static Path directory;

    private static HttpsServer server;
    private static TestCertificate certificate;

    @BeforeAll
    static void serveAJwkSetOverTls() throws Exception {
        certificate = TestCertificate.make(directory, "ip:127.0.0.1");
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.tls()));
        var jwk = PublicJsonWebKey.Factory.newPublicJwk(certificate.certificate().getPublicKey());
        server.createContext("/jwks", exchange -> {
            try (exchange) {
                TestIssuer.send(exchange, 200, "{\"keys\":[" + jwk.toJson() + "]}");
            }
        });
        server.start();
    }

    @AfterAll
    static void stop() {
        server.stop(0);
    }

    @Test
    void an_authority_of_its_own_is_trusted_for_the_keys() throws Exception {
        var keys = source("127.0.0.1", certificate.pem()).fetch();

        assertEquals(1, keys.size());
        assertEquals(certificate.certificate().getPublicKey(), keys.get(0).verifier().key());
    }

    @Test
    void an_unknown_authority_is_not() {
        var refused = assertThrows(KeysNotFetchedException.class, () -> source("127.0.0.1", null).fetch());

        assertEquals(Kind.UNREACHABLE, refused.kind());
    }

    @Test
    void nor_is_the_right_authority_under_another_name() {
        var refused = assertThrows(KeysNotFetchedException.class, () -> source("localhost", certificate.pem()).fetch());

        assertEquals(Kind.UNREACHABLE, refused.kind());
    }

    @Test
    void an_unreadable_ca_file_stops_the_start() throws Exception {
        for (var text : new String[] {"", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}) {
            var file = Files.writeString(directory.resolve("bad.pem"), text);
            var refused = assertThrows(ConfigurationException.class, () -> source("127.0.0.1", file));

            assertTrue(refused.getMessage().startsWith("keyturn.callers.issuers.main.ca-file"), refused.getMessage());
        }
    }

    @Test
    void a_certificate_in_a_file_is_a_key_for_every_kid() throws Exception {
        var keys = new PublicKeyFile(certificate.pem()).fetch();

        assertEquals(certificate.certificate().getPublicKey(), keys.get(0).verifier().key());
        assertTrue(keys.get(0).answersTo("any"));
    }

    private static KeySource source(String host, Path caFile) {
        var prefix = "keyturn.callers.issuers.main.";
        var settings = new HashMap<>(Map.of(prefix + "issuer", "https://issuer.test", prefix + "audiences", "a",
                prefix + "jwks-url", "https://" + host + ":" + server.getAddress().getPort() + "/jwks"));
        if (caFile != null) {
            settings.put(prefix + "ca-file", caFile.toString());
        }
        return KeySource.of("main", TestConfig.of(settings).issuers().get("main"));
    }
}
