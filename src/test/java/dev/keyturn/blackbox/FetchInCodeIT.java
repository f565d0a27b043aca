package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.file.FileKeyRingStore;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.WorkloadIssuer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The blocks of docs/agents.md for back-ends, as they stand, through a turn of the keys. */
@NeedsServer({ServerBinary.LIVEKIT, ServerBinary.PYTHON_AGENTS, ServerBinary.NODE_AGENTS, ServerBinary.GO})
class FetchInCodeIT {

    private static final SigningKey FIRST = SigningKey.generate(new SecureRandom(), Instant.EPOCH);
    private static final SigningKey NEXT = SigningKey.generate(new SecureRandom(), Instant.EPOCH);
    private static final WorkloadIssuer ISSUER = new WorkloadIssuer();

    private static LiveKitServer liveKit;

    @TempDir
    Path folder;

    @TempDir
    Path program;

    @BeforeAll
    static void start() {
        liveKit = LiveKitServer.start(Map.of(FIRST.key().value(), FIRST.secret().reveal(),
                NEXT.key().value(), NEXT.secret().reveal()));
    }

    @AfterAll
    static void stop() {
        liveKit.close();
    }

    @ParameterizedTest
    @EnumSource
    void a_back_end_goes_on_through_a_turn_and_without_keyturn(BackEnd.Language language) throws Exception {
        var store = new FileKeyRingStore(folder.resolve("ring.json"));
        var staged = store.write(KeyRing.first(FIRST, Instant.EPOCH).stage(NEXT), null);
        try (var keyturn = KeyturnProcess.serve(settings());
                var backEnd = BackEnd.start(language, program, Map.of(
                        "CREDENTIALS_URL", keyturn.url() + "/agent/credentials",
                        "CREDENTIALS_TOKEN_FILE", token().toString()))) {
            assertEquals(FIRST.key() + " 0", backEnd.rooms());

            keyturn.await("it waits for a turn", () -> keyturn.metric("keyturn_agent_polls_waiting") == 1);
            store.write(staged.ring().promote(NEXT.key(), Instant.EPOCH), staged);
            keyturn.await("it asks with the new key", () -> backEnd.rooms().equals(NEXT.key() + " 0"));

            keyturn.await("it waits for the next turn", () -> keyturn.metric("keyturn_agent_polls_waiting") == 1);
            assertTrue(keyturn.end().lines().noneMatch(line -> line.contains(NEXT.secret().reveal())));
            assertEquals(NEXT.key() + " 0", backEnd.rooms());
        }
    }

    private Path token() throws IOException {
        return Files.writeString(folder.resolve("token"), ISSUER.token("back-end", "keyturn") + "\n");
    }

    private Map<String, String> settings() throws IOException {
        Files.writeString(folder.resolve("policy.yaml"), """
                credentials:
                  - name: back-end
                    for: {issuer: "%s", claims: {sub: back-end}}
                """.formatted(WorkloadIssuer.ISSUER));
        Files.writeString(folder.resolve("issuer.pem"), ISSUER.publicKeyPem());
        return Map.of("keyturn.livekit.url", liveKit.wsUrl(),
                "keyturn.policy.file", folder.resolve("policy.yaml").toString(),
                "keyturn.ring.store", "file",
                "keyturn.ring.file.path", folder.resolve("ring.json").toString(),
                "keyturn.ring.refresh", "1s",
                "keyturn.callers.issuers.cluster.issuer", WorkloadIssuer.ISSUER,
                "keyturn.callers.issuers.cluster.audiences", "keyturn",
                "keyturn.callers.issuers.cluster.public-key-file", folder.resolve("issuer.pem").toString());
    }
}
