package dev.keyturn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate authority for tests and the certificates that it signs, as PEM files for real servers and as TLS
 * contexts for Java. Made by the JDK's keytool; some tenths of a second each.
 *
 * <pre>
 * var authority = TestAuthority.make(folder);
 * var leaf = authority.leaf("dns:tokens.example.com,ip:127.0.0.1");   // leaf.certificate(), leaf.key(), leaf.tls()
 * var old = authority.expired("dns:tokens.example.com");              // since yesterday
 * var client = HttpClient.newBuilder().sslContext(authority.trust()).build();
 * </pre>
 */
public final class TestAuthority {

    private static final char[] PASSWORD = "changeit".toCharArray();

    private final Path folder;
    private final Path store;
    private final KeyStore own;
    private final Path pem;
    private int made;

    private TestAuthority(Path folder) throws Exception {
        this.folder = Files.createTempDirectory(folder, "authority");
        this.store = this.folder.resolve("authority.p12");
        keytool(store, "-alias", "ca", "-dname", "CN=Test authority", "-startdate", "-30d", "-validity", "60",
                "-ext", "bc:critical=ca:true", "-ext", "ku:critical=keyCertSign,cRLSign");
        this.own = KeyStore.getInstance(store.toFile(), PASSWORD);
        this.pem = write("ca.pem", "CERTIFICATE", own.getCertificate("ca").getEncoded());
    }

    /** A new authority, whose files are in a folder of its own in this one. */
    public static TestAuthority make(Path folder) throws Exception {
        return new TestAuthority(folder);
    }

    /**
     * A server's certificate.
     *
     * @param certificate PEM, the leaf alone
     * @param key         PEM (PKCS 8, P-256), mode 0600
     * @param tls         for a server in Java that shows it
     */
    public record Leaf(Path certificate, Path key, SSLContext tls) {}

    /** The authority's own certificate, for whoever is to trust it. */
    public Path pem() {
        return pem;
    }

    /** For a client in Java that trusts this authority and no other. */
    public SSLContext trust() throws GeneralSecurityException, IOException {
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", own.getCertificate("ca"));
        var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        var tls = SSLContext.getInstance("TLS");
        tls.init(null, managers.getTrustManagers(), null);
        return tls;
    }

    /** @param names whom it is for, as keytool has it: {@code dns:localhost,ip:127.0.0.1} */
    public Leaf leaf(String names) throws Exception {
        return sign(names, "-startdate", "-1d", "-validity", "30");
    }

    /** One that is over since yesterday. */
    public Leaf expired(String names) throws Exception {
        return sign(names, "-startdate", "-11d", "-validity", "10");
    }

    private synchronized Leaf sign(String names, String... validity) throws Exception {
        var name = "leaf" + ++made;
        var options = new ArrayList<>(List.of("-alias", name, "-dname", "CN=" + name, "-signer", "ca",
                "-ext", "san=" + names, "-ext", "ku:critical=digitalSignature", "-ext", "eku=serverAuth,clientAuth"));
        options.addAll(List.of(validity));
        keytool(store, options.toArray(String[]::new));
        var all = KeyStore.getInstance(store.toFile(), PASSWORD);
        var key = all.getKey(name, PASSWORD);
        var alone = KeyStore.getInstance("PKCS12");
        alone.load(null, null);
        alone.setKeyEntry(name, key, PASSWORD, all.getCertificateChain(name));
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(alone, PASSWORD);
        var tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        return new Leaf(write(name + ".pem", "CERTIFICATE", all.getCertificate(name).getEncoded()),
                write(name + "-key.pem", "PRIVATE KEY", key.getEncoded()), tls);
    }

    private static void keytool(Path store, String... options) throws Exception {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-J-XX:TieredStopAtLevel=1",
                "-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-storetype", "PKCS12",
                "-keystore", store.toString(), "-storepass", new String(PASSWORD)));
        command.addAll(List.of(options));
        var output = store.resolveSibling("keytool.log");
        var status = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile())
                .start().waitFor();
        assertEquals(0, status, () -> "keytool; its output: " + output);
    }

    private Path write(String name, String what, byte[] der) throws IOException {
        var text = "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + what + "-----\n";
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        return Files.writeString(Files.createFile(folder.resolve(name), ownerOnly), text);
    }
}
