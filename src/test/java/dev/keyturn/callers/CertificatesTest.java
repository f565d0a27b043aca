package dev.keyturn.callers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.keyturn.callers.KeysNotFetchedException.Kind;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jose4j.jwk.PublicJsonWebKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys in a certificate, and keys behind one: an issuer with an authority of its own, as a Kubernetes cluster is. */
class CertificatesTest {

    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    static Path directory;

    private static HttpsServer server;
    private static Certificate certificate;
    private static Path caFile;

    @BeforeAll
    static void serveAJwkSetOverTls() throws Exception {
        var store = directory.resolve("server.p12");
        var keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "server", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=issuer",
                "-ext", "san=ip:127.0.0.1", "-validity", "2", "-storetype", "PKCS12", "-keystore", store.toString(),
                "-storepass", new String(PASSWORD)).redirectErrorStream(true).start();
        assertTrue(keytool.waitFor(60, TimeUnit.SECONDS));
        var keys = KeyStore.getInstance(store.toFile(), PASSWORD);
        certificate = keys.getCertificate("server");
        caFile = Files.writeString(directory.resolve("ca.pem"), pem(certificate));

        var keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keyManagers.init(keys, PASSWORD);
        var tls = SSLContext.getInstance("TLS");
        tls.init(keyManagers.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        var jwk = PublicJsonWebKey.Factory.newPublicJwk(certificate.getPublicKey());
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
        var keys = source("127.0.0.1", caFile).fetch();

        assertEquals(1, keys.size());
        assertEquals(certificate.getPublicKey(), keys.get(0).key());
    }

    @Test
    void an_unknown_authority_is_not() {
        var refused = assertThrows(KeysNotFetchedException.class, () -> source("127.0.0.1", null).fetch());

        assertEquals(Kind.UNREACHABLE, refused.kind());
    }

    @Test
    void nor_is_the_right_authority_under_another_name() {
        var refused = assertThrows(KeysNotFetchedException.class, () -> source("localhost", caFile).fetch());

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
        var keys = new PublicKeyFile(caFile).fetch();

        assertEquals(certificate.getPublicKey(), keys.get(0).key());
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

    private static String pem(Certificate certificate) throws Exception {
        return "-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }
}
