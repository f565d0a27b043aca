package dev.keyturn.doctor;

import static dev.keyturn.doctor.Verdict.FAULT;
import static dev.keyturn.doctor.Verdict.OK;
import static dev.keyturn.doctor.Verdict.WARNING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestAuthority;
import dev.keyturn.TestAuthority.Leaf;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each certificate is shown by a server and looked at by a connection, as in earnest. */
@Timeout(60)
class CertificatesTest {

    @TempDir
    static Path folder;

    private static TestAuthority authority;
    private static List<X509Certificate> good;

    @BeforeAll
    static void shown() throws Exception {
        authority = TestAuthority.make(folder);
        good = shown(authority.leaf("dns:livekit.example.com,ip:127.0.0.1"));
    }

    private static List<X509Certificate> shown(Leaf leaf) throws Exception {
        try (var listener = leaf.tls().getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            var server = new Thread(() -> {
                try (var caller = (SSLSocket) listener.accept()) {
                    caller.startHandshake();
                    caller.getInputStream().read();
                } catch (IOException gone) {
                    // it has seen enough
                }
            });
            server.setDaemon(true);
            server.start();
            var place = Endpoint.allOf(URI.create("https://127.0.0.1:" + listener.getLocalPort())).get(0);
            try (var connection = Connection.open(place, Duration.ofSeconds(20))) {
                return connection.chain();
            }
        }
    }

    private static Finding judge(List<X509Certificate> chain, String host, Duration fromNow, boolean trusted) {
        var clock = Clock.fixed(Clock.systemUTC().instant().plus(fromNow), ZoneOffset.UTC);
        return new Certificates(trusted ? Optional.of(authority.pem()) : Optional.empty(), clock, Duration.ofDays(21))
                .judge("TLS", host, chain, "the certificate of the test");
    }

    @Test
    void a_certificate_for_the_name_of_a_trusted_authority_is_fine() {
        assertEquals(OK, judge(good, "livekit.example.com", Duration.ZERO, true).verdict());
        assertEquals(OK, judge(good, "127.0.0.1", Duration.ZERO, true).verdict());
    }

    @Test
    void one_that_ends_soon_is_warned_of() {
        assertEquals(OK, judge(good, "livekit.example.com", Duration.ofDays(7), true).verdict());
        assertEquals(WARNING, judge(good, "livekit.example.com", Duration.ofDays(9), true).verdict());
    }

    @Test
    void one_that_has_ended_or_not_begun_is_a_fault() throws Exception {
        var old = shown(authority.expired("dns:livekit.example.com"));

        assertTrue(judge(old, "livekit.example.com", Duration.ZERO, true).found().contains("expired"));
        assertTrue(judge(good, "livekit.example.com", Duration.ofDays(-5), true).found().contains("not valid before"));
        assertEquals(FAULT, judge(good, "livekit.example.com", Duration.ofDays(-5), true).verdict());
    }

    @Test
    void one_for_another_name_is_a_fault_that_says_for_which() {
        var finding = judge(good, "other.example.com", Duration.ZERO, true);

        assertEquals(FAULT, finding.verdict());
        assertEquals("its certificate is for livekit.example.com and 127.0.0.1, not for other.example.com",
                finding.found());
    }

    @Test
    void one_of_an_authority_that_nobody_trusts_is_a_fault() {
        assertEquals(FAULT, judge(good, "livekit.example.com", Duration.ZERO, false).verdict());
        assertEquals(FAULT, judge(good.subList(0, 1), "livekit.example.com", Duration.ZERO, false).verdict());
    }

    @ParameterizedTest
    @CsvSource({"*.example.com,a.example.com,true", "*.example.com,a.b.example.com,false", "*.example.com,example.com,false",
        "A.Example.com,a.example.COM,true", "a.example.com,b.example.com,false", "127.0.0.1,127.0.0.1,true",
        "*.0.0.1,127.0.0.1,false", "0:0:0:0:0:0:0:1,::1,true"})
    void a_name_is_exact_or_a_star_for_its_first_label(String name, String host, boolean isFor) {
        assertEquals(isFor, Certificates.isFor(name, host));
    }

    @Test
    void a_file_that_holds_no_certificates_is_refused() throws IOException {
        var file = Files.writeString(folder.resolve("none.pem"), "none");

        assertThrows(IllegalArgumentException.class,
                () -> new Certificates(Optional.of(file), Clock.fixed(Instant.EPOCH, ZoneOffset.UTC), Duration.ZERO));
    }
}
