package dev.keyturn.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingDocument;
import dev.keyturn.keys.KeyState;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.VaultAgent;
import dev.keyturn.servers.VaultPolicies;
import dev.keyturn.servers.VaultServer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** The example for Vault Agent in docs/agents.md: which key an agent gets from the ring, and how it is turned. */
@NeedsServer(ServerBinary.VAULT)
class VaultAgentPageIT {

    private static final String PATH = "page/ring";
    /** Notes what it was started with, and when it is told to end; the third one ends unasked. */
    private static final String AGENT = """
            echo "started $LIVEKIT_API_KEY $(printf %s "$LIVEKIT_API_SECRET" | sha256sum | cut -d' ' -f1)" >> notes
            [ "$(grep -c started notes)" -lt 3 ] || exit 5
            trap 'echo drained >> notes; exit 0' TERM
            while sleep 0.1; do :; done
            """;

    private final VaultServer vault = VaultServer.shared();

    @Test
    void an_agent_gets_the_key_that_signs_and_is_started_anew_when_another_does() {
        var ring = staged(KeyRing.first(SigningKey.generate(new SecureRandom(), Instant.EPOCH), Instant.EPOCH));
        store(ring);
        vault.api().policy("page-agent", VaultPolicies.SERVING.replace("keyturn/ring", PATH));
        var role = vault.api().appRole("page-agent", Duration.ofHours(1), Duration.ofHours(1), "page-agent");

        try (var agent = VaultAgent.supervise(vault, role, AgentsPage.block("Vault Agent", "hcl"), PATH, AGENT)) {
            var notes = new ArrayList<>(List.of(started(ring)));
            agent.await(() -> !agent.notes().isEmpty());
            assertEquals(notes, agent.notes());

            vault.api().putSecret("secret", PATH, Map.of("schema", 1, "version", 3, "keys", List.of()));
            agent.await(() -> agent.log().contains("the ring has no ACTIVE key"));
            assertEquals(notes, agent.notes(), "a ring without a key disturbs no agent");

            ring = promoted(ring);
            store(ring);
            notes.addAll(List.of("drained", started(ring)));
            agent.await(() -> agent.notes().size() == notes.size());
            assertEquals(notes, agent.notes(), "the first has ended before the second starts");

            ring = promoted(staged(ring));
            store(ring);
            assertEquals(OptionalInt.of(5), agent.status(Duration.ofSeconds(30)),
                    "an agent's own end is Vault Agent's");
            assertTrue(agent.notes().contains(started(ring)), agent::log);
        }
    }

    private void store(KeyRing ring) {
        vault.api().putSecret("secret", PATH, KeyRingDocument.write(ring));
    }

    private static KeyRing staged(KeyRing ring) {
        return ring.stage(SigningKey.generate(new SecureRandom(), Instant.EPOCH));
    }

    private static KeyRing promoted(KeyRing ring) {
        return ring.promote(ring.in(KeyState.STAGED).get(0).key(), Instant.EPOCH);
    }

    private static String started(KeyRing ring) {
        try {
            var secret = ring.active().secret().reveal().getBytes(StandardCharsets.US_ASCII);
            var hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(secret));
            return "started " + ring.active().key() + " " + hash;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
