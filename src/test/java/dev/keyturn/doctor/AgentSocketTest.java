package dev.keyturn.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestAuthority;
import dev.keyturn.keys.SigningKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The one token of the doctor's that may do something. */
@Timeout(60)
class AgentSocketTest {

    private static final Clock CLOCK = Clock.systemUTC();

    @TempDir
    Path folder;

    @Test
    void the_token_goes_to_whom_clients_would_trust() throws Exception {
        var authority = TestAuthority.make(folder);

        assertTrue(sent(authority, authority).contains("\r\nAuthorization: Bearer ey"));
    }

    @Test
    void a_server_whose_certificate_nobody_trusts_hears_nothing() throws Exception {
        assertEquals("", sent(TestAuthority.make(folder), TestAuthority.make(folder)));
    }

    /** What a server heard of the doctor, which closes at once. */
    private String sent(TestAuthority server, TestAuthority trusted) throws Exception {
        try (var listener = server.leaf("ip:127.0.0.1").tls().getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            var heard = CompletableFuture.supplyAsync(() -> {
                try (var caller = listener.accept()) {
                    return new String(caller.getInputStream().readNBytes(400), StandardCharsets.US_ASCII);
                } catch (IOException closed) {
                    return "";
                }
            });
            var certificates = new Certificates(Optional.of(trusted.pem()), CLOCK, Duration.ofDays(1));
            var endpoint = Endpoint.allOf(URI.create("https://127.0.0.1:" + listener.getLocalPort())).get(0);
            var answer = new AgentSocket(Duration.ofSeconds(10), certificates, CLOCK)
                    .register(endpoint, SigningKey.generate(new SecureRandom(), CLOCK.instant()));

            assertEquals(0, answer.status());
            return heard.join();
        }
    }
}
