package dev.keyturn.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.keyturn.keys.SigningKey;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.VaultAgent;
import dev.keyturn.servers.VaultPolicies;
import dev.keyturn.servers.VaultServer;
import io.livekit.server.AccessToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The example of k8s/vault/agent/vault-agent.hcl, from a delivery to a LiveKit that takes the new key. */
@NeedsServer({ServerBinary.VAULT, ServerBinary.LIVEKIT})
class VaultAgentIT {

    private static final String PATH = "agent/livekit";

    private final VaultServer vault = VaultServer.shared();
    private final VaultTarget target = VaultClients.target(vault.url(), vault.rootToken(), PATH);

    @Test
    void a_delivery_reaches_livekit_and_what_is_no_delivery_does_not() throws Exception {
        vault.api().policy("carrier", VaultPolicies.CARRIER.replace("keyturn/livekit", PATH));
        var role = vault.api().appRole("livekit", Duration.ofHours(1), Duration.ofHours(1), "carrier");
        var ring = Rings.staged(Rings.first());
        var before = ring.active();
        var staged = ring.keys().get(1);
        try (var livekit = LiveKitServer.start(Map.of(before.key().value(), before.secret().reveal()))) {
            assertEquals(401, ask(livekit, staged));
            var file = KeyFile.of(ring, Instant.EPOCH);
            target.deliver(file, target.read());

            try (var agent = VaultAgent.start(vault, role, PATH, livekit.keyFile())) {
                agent.await(() -> agent.restarts() == 1);
                assertEquals(file.text(), text(livekit));
                assertEquals("rw-------",
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(livekit.keyFile())));
                livekit.restart();
                assertEquals(200, ask(livekit, staged));
                assertEquals(200, ask(livekit, before));

                vault.api().post("secret/data/" + PATH,
                        Map.of("options", Map.of("cas", 1), "data", Map.of("other", "field")));
                agent.await(() -> agent.log().contains("the secret has no field keys.yaml"));
                assertEquals(file.text(), text(livekit));

                var next = KeyFile.activeFirst(ring, Instant.EPOCH.plusSeconds(1));
                target.deliver(next, target.read());
                agent.await(() -> agent.restarts() == 2);
                assertEquals(next.text(), text(livekit));
            }
        }
    }

    private static String text(LiveKitServer livekit) {
        try {
            return Files.readString(livekit.keyFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int ask(LiveKitServer livekit, SigningKey key) throws Exception {
        var token = new AccessToken(key.key().value(), key.secret().reveal()).toJwt();
        var request = HttpRequest.newBuilder(URI.create(livekit.url())).header("Authorization", "Bearer " + token);
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.discarding()).statusCode();
    }
}
