package dev.keyturn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A server's certificate that is its own authority, as a cluster's may be.
 *
 * @param certificate the certificate
 * @param pem         it, in a file
 * @param tls         for a server that shows it
 */
public record TestCertificate(Certificate certificate, Path pem, SSLContext tls) {

    private static final char[] PASSWORD = "changeit".toCharArray();

    /**
     * @param names   whom it is for, as keytool has it: {@code ip:127.0.0.1,dns:localhost}
     * @param options more of keytool's
     */
    public static TestCertificate make(Path folder, String names, String... options) throws Exception {
        var store = Files.createTempDirectory(folder, "certificate").resolve("server.p12");
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "server", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=server",
                "-ext", "san=" + names, "-validity", "2", "-storetype", "PKCS12", "-keystore", store.toString(),
                "-storepass", new String(PASSWORD)));
        command.addAll(List.of(options));
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
        var keys = KeyStore.getInstance(store.toFile(), PASSWORD);
        var certificate = keys.getCertificate("server");
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        var tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        return new TestCertificate(certificate, Files.writeString(store.resolveSibling("ca.pem"),
                "-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                        + "\n-----END CERTIFICATE-----\n"), tls);
    }
}
