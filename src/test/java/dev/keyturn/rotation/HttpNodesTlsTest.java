package dev.keyturn.rotation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestCertificate;
import dev.keyturn.rotation.Nodes.Reply;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes by {@code https}: the address is connected to, and the name is checked. */
@Timeout(60)
class HttpNodesTlsTest {

    @TempDir
    static Path folder;

    private static TestCertificate certificate;

    @BeforeAll
    static void certificate() throws Exception {
        certificate = TestCertificate.make(folder, "dns:livekit,dns:livekit-nodes.livekit.svc,ip:127.0.0.1");
    }

    private static ServerSocket listener(TestCertificate shown) throws Exception {
        return shown.tls().getServerSocketFactory().createServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    }

    private static AskedNodes asked(TinyServer node, String host) {
        return new AskedNodes("https://" + host + ":" + node.port()).set("nodes-ca", certificate.pem())
                .with(name -> new InetAddress[] {InetAddress.getByName("127.0.0.1")});
    }

    @ParameterizedTest
    @ValueSource(strings = {"livekit", "livekit-nodes.livekit.svc", "LiveKit", "127.0.0.1"})
    void an_authority_of_its_own_and_the_right_name_are_trusted(String host) throws Exception {
        var asked = new CopyOnWriteArrayList<SNIServerName>();
        var node = TinyServer.on(listener(certificate), caller -> {
            ((SSLSocket) caller).startHandshake();
            asked.addAll(((ExtendedSSLSession) ((SSLSocket) caller).getSession()).getRequestedServerNames());
            TinyServer.head(caller);
            caller.getOutputStream().write(TinyServer.ok().getBytes());
        });
        try (node; var nodes = asked(node, host)) {
            assertEquals("OK", nodes.reply().body(), nodes.reply().problem());
            assertEquals(host.startsWith("1"), asked.isEmpty(), "the name is asked for, and an address is none");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"other", "other.livekit.svc", "127.0.0.2"})
    void the_right_authority_under_another_name_is_not(String host) throws Exception {
        try (var node = TinyServer.answering(listener(certificate), TinyServer.ok()); var asked = asked(node, host)) {
            assertEquals(Reply.none("TLS: its certificate is for another name"), asked.reply());
            assertEquals(List.of(), node.heads());
        }
    }

    @Test
    void an_unknown_authority_is_not() throws Exception {
        var stranger = TestCertificate.make(folder, "dns:livekit");
        try (var node = TinyServer.answering(listener(stranger), TinyServer.ok()); var asked = asked(node, "livekit")) {
            assertEquals(Reply.none("TLS: its certificate is of an authority that is not trusted"), asked.reply());
            assertEquals(List.of(), node.heads());
        }
    }

    @Test
    void without_an_authority_of_ones_own_the_platforms_are_trusted() throws Exception {
        try (var node = TinyServer.answering(listener(certificate), TinyServer.ok());
                var asked = new AskedNodes("https://127.0.0.1:" + node.port())) {
            assertEquals(Reply.none("TLS: its certificate is of an authority that is not trusted"), asked.reply());
        }
    }

    @Test
    void an_expired_certificate_is_told_as_such() {
        var failure = new SSLHandshakeException("canary");
        failure.initCause(new CertPathValidatorException("canary", new CertificateExpiredException("canary")));

        assertEquals("TLS: its certificate has expired, or is not valid yet",
                NodeProblem.of(failure, Duration.ofSeconds(5)));
    }

    @Test
    void a_node_that_speaks_no_tls_is_told_as_such_and_gets_no_token() throws Exception {
        try (var node = TinyServer.start(caller -> {
                caller.getInputStream().read();
                caller.getOutputStream().write(TinyServer.answer("400 Bad Request", "", "").getBytes());
            });
                var asked = asked(node, "livekit")) {
            assertEquals(Reply.none("TLS: it does not speak it"), asked.reply());
        }
    }

    @Test
    void a_node_that_speaks_tls_is_no_node_of_http() throws Exception {
        try (var node = TinyServer.answering(listener(certificate), TinyServer.ok());
                var asked = new AskedNodes(node.url())) {
            var reply = asked.reply();
            assertEquals(0, reply.status());
            assertTrue(List.of("not HTTP", "closed the connection").contains(reply.problem()), reply.problem());
        }
    }

    @Test
    void a_node_that_hangs_up_in_the_handshake_has_made_none() throws Exception {
        try (var node = TinyServer.start(caller -> caller.getInputStream().read());
                var asked = asked(node, "livekit")) {
            assertEquals(Reply.none("TLS: no handshake"), asked.reply());
        }
    }

    @Test
    void several_authorities_may_stand_in_one_file() throws Exception {
        var other = TestCertificate.make(folder, "dns:other");
        var both = Files.writeString(folder.resolve("both.pem"),
                Files.readString(other.pem()) + Files.readString(certificate.pem()));
        try (var node = TinyServer.answering(listener(certificate), TinyServer.ok());
                var asked = asked(node, "livekit").set("nodes-ca", both)) {
            assertEquals("OK", asked.reply().body());
        }
    }

    @Test
    void an_authority_that_cannot_be_read_is_a_sentence_at_once() throws Exception {
        var files = new ArrayList<>(List.of(folder.resolve("no-such.pem"), folder));
        for (var text : List.of("", "canary", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")) {
            files.add(Files.writeString(Files.createTempFile(folder, "bad", ".pem"), text));
        }
        for (var file : files) {
            try (var asked = new AskedNodes("https://livekit").set("nodes-ca", file)) {
                var refusal = assertThrows(ConfigurationException.class, asked::nodes);
                assertTrue(refusal.getMessage().contains("keyturn.rotation.nodes-ca: " + file), refusal.getMessage());
            }
        }
    }
}
