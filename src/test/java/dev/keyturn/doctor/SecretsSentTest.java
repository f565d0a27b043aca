package dev.keyturn.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestAuthority;
import dev.keyturn.keys.SigningKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the doctor sends that may do something: the token of a worker, and the password of the metrics. */
@Timeout(60)
class SecretsSentTest {

    private static final Clock CLOCK = Clock.systemUTC();
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    /** Sends a secret, and gives the status of what came back. */
    private interface Sender {
        int send(Endpoint to, Certificates trusted);
    }

    private static final Sender TOKEN = (to, trusted) -> new AgentSocket(LIMIT, trusted, CLOCK)
            .register(to, SigningKey.generate(new SecureRandom(), CLOCK.instant())).status();
    private static final Sender PASSWORD = (to, trusted) -> new Http(LIMIT)
            .getWithSecret(to, "/metrics", Map.of("Authorization", "Basic c2VjcmV0"), trusted).status();

    @Test
    void they_go_to_whom_clients_would_trust() throws Exception {
        var authority = TestAuthority.make(folder);

        assertTrue(sent(authority, authority, TOKEN).contains("\r\nAuthorization: Bearer ey"));
        assertTrue(sent(authority, authority, PASSWORD).contains("\r\nAuthorization: Basic c2VjcmV0"));
    }

    @Test
    void a_server_whose_certificate_nobody_trusts_hears_nothing() throws Exception {
        var server = TestAuthority.make(folder);
        var other = TestAuthority.make(folder);

        assertEquals("", sent(server, other, TOKEN));
        assertEquals("", sent(server, other, PASSWORD));
    }

    private static String next(BufferedReader lines) {
        try {
            return lines.readLine();
        } catch (IOException closed) {
            return null;
        }
    }

    /** The head of what a server heard of the doctor; it answers nothing, and closes. */
    private String sent(TestAuthority server, TestAuthority trusted, Sender sender) throws Exception {
        try (var listener = server.leaf("ip:127.0.0.1").tls().getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            var heard = CompletableFuture.supplyAsync(() -> {
                try (var caller = listener.accept(); var lines = new BufferedReader(
                        new InputStreamReader(caller.getInputStream(), StandardCharsets.US_ASCII))) {
                    return Stream.iterate(lines.readLine(), line -> line != null && !line.isEmpty(), line -> next(lines))
                            .collect(Collectors.joining("\r\n"));
                } catch (IOException closed) {
                    return "";
                }
            });
            var certificates = new Certificates(Optional.of(trusted.pem()), CLOCK, Duration.ofDays(1));
            var endpoint = Endpoint.allOf(URI.create("https://127.0.0.1:" + listener.getLocalPort())).get(0);

            assertEquals(0, sender.send(endpoint, certificates));
            return heard.join();
        }
    }
}
