package dev.keyturn.agents;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.callers.TestIssuer;
import dev.keyturn.file.FileKeyRingStore;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.tokens.TurnableClock;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A server with a policy for agents of one cluster, whose ring is read only when a test says so, whose clock stands
 * still until a test turns it, and which knows the keys of its first issuer and not of its second.
 */
public final class AgentsServer implements QuarkusTestProfile {

    static final String POLICY = """
            rules:
              - {name: people, for: {issuer: "https://id.test"}, rooms: lobby}
            credentials:
              - name: support
                for:
                  issuer: [https://k8s.test, https://away.test]
                  claims: {kubernetes.io/namespace: agents, kubernetes.io/serviceaccount/name: support}
                agent_name: support-agent
              - name: tenants
                for: {issuer: https://k8s.test, claims: {tenant: {present: true}}}
                agent_name: "{tenant}-agent"
              - name: nameless
                for: {issuer: https://k8s.test, claims: {role: ops}}
            """;

    /** Where the ring is; a field of this type is filled in. */
    public record Ring(Path file) {

        /** The next version has these keys. */
        void becomes(SigningKey... keys) {
            try {
                var store = new FileKeyRingStore(file);
                var stored = store.read();
                store.write(new KeyRing(stored.map(there -> there.ring().version() + 1).orElse(1L), List.of(keys)),
                        stored.orElse(null));
            } catch (KeyRingStoreException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    public static final class Server implements QuarkusTestResourceLifecycleManager {

        private TestIssuer[] issuers;
        private Ring ring;

        @Override
        public Map<String, String> start() {
            var clock = new TestClock();
            issuers = new TestIssuer[] {TestIssuer.start("https://k8s.test", "ES256", clock),
                TestIssuer.start("https://away.test", "ES256", clock)};
            issuers[1].answersWith(500, "");
            try {
                var folder = Files.createTempDirectory(Path.of("target"), "agents-server");
                ring = new Ring(folder.resolve("ring.json"));
                ring.becomes(TestKeys.ring("APIfirst").active());
                var settings = new HashMap<>(issuers[0].settings("k8s", folder));
                settings.putAll(issuers[1].settings("away"));
                settings.putAll(Map.of("keyturn.ring.store", "file", "keyturn.ring.file.path", ring.file.toString(),
                        "keyturn.ring.refresh", "1h", "keyturn.callers.anonymous", "false",
                        "keyturn.agents.url", "ws://livekit:7880", "keyturn.agents.max-waiting", "2",
                        "keyturn.policy.file",
                        Files.writeString(folder.resolve("policy.yaml"), POLICY).toString()));
                return settings;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void inject(TestInjector injector) {
            injector.injectIntoFields(issuers, new TestInjector.MatchesType(TestIssuer[].class));
            injector.injectIntoFields(ring, new TestInjector.MatchesType(Ring.class));
        }

        @Override
        public void stop() {
            for (var issuer : issuers) {
                issuer.close();
            }
        }
    }

    @Override
    public Set<Class<?>> getEnabledAlternatives() {
        return Set.of(TurnableClock.class);
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(Server.class));
    }
}
