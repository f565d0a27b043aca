package dev.keyturn.tokens;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.callers.TestIssuer;
import dev.keyturn.file.FileKeyRingStore;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingStoreException;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A server whose ring has a key of each state and is read only when a test says so, whose clock stands still until a
 * test turns it, and which trusts two issuers, of which only {@code a} may introspect.
 */
public final class RingOfThree implements QuarkusTestProfile {

    /** Where the ring is; a field of this type is filled in. */
    public record Place(Path file) {

        /** Makes the next version of the ring that is there. */
        void move(UnaryOperator<KeyRing> move) {
            try {
                var store = new FileKeyRingStore(file);
                var stored = store.read().orElseThrow();
                store.write(move.apply(stored.ring()), stored);
            } catch (KeyRingStoreException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    public static final class Server implements QuarkusTestResourceLifecycleManager {

        private TestIssuer[] issuers;
        private Place place;

        @Override
        public Map<String, String> start() {
            var clock = new TestClock();
            issuers = new TestIssuer[] {TestIssuer.start("https://a.example", "ES256", clock),
                TestIssuer.start("https://b.example", "ES256", clock)};
            try {
                var folder = Files.createTempDirectory(Path.of("target"), "ring-of-three");
                place = new Place(folder.resolve("ring.json"));
                new FileKeyRingStore(place.file).write(TestKeys.ringOfThree(), null);
                var settings = new HashMap<>(issuers[0].settings("a", folder));
                settings.putAll(issuers[1].settings("b", folder));
                settings.putAll(Map.of("keyturn.ring.store", "file", "keyturn.ring.file.path", place.file.toString(),
                        "keyturn.ring.refresh", "1h", "keyturn.introspection.issuers", "a"));
                return settings;
            } catch (IOException | KeyRingStoreException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void inject(TestInjector injector) {
            injector.injectIntoFields(issuers, new TestInjector.MatchesType(TestIssuer[].class));
            injector.injectIntoFields(place, new TestInjector.MatchesType(Place.class));
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
