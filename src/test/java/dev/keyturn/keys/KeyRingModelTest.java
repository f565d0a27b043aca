package dev.keyturn.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random moves on a ring, legal and illegal, against the simplest thing that could be one: names and their states. */
class KeyRingModelTest {

    private static final int MOVES = 2_000;
    private static final List<String> NAMES = List.of("APIa", "APIb", "APIc", "APId", "APIe");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void a_ring_does_what_the_naive_model_does(long seed) {
        var random = new Random(seed);
        var now = TestClock.START;
        var ring = TestKeys.ring("APIa");
        Map<String, KeyState> model = new LinkedHashMap<>(Map.of("APIa", KeyState.ACTIVE));
        for (int i = 1; i <= MOVES; i++) {
            var what = "seed " + seed + ", move " + i + " on " + ring;
            now = now.plusSeconds(1);
            var name = NAMES.get(random.nextInt(NAMES.size()));
            var move = random.nextInt(3);
            var before = ring;
            var keysBefore = ring.keys();
            var moment = now;
            if (isLegal(model, move, name)) {
                ring = moved(ring, move, name, moment);
                apply(model, move, name);
                assertEquals(before.version() + 1, ring.version(), what);
            } else {
                assertThrows(IllegalStateException.class, () -> moved(before, move, name, moment), what);
            }
            assertEquals(keysBefore, before.keys(), what);
            assertIsModel(model, ring, what);
        }
    }

    private static KeyRing moved(KeyRing ring, int move, String name, Instant now) {
        return switch (move) {
            case 0 -> ring.stage(TestKeys.staged(name, now));
            case 1 -> ring.promote(new ApiKey(name), now);
            default -> ring.drop(new ApiKey(name));
        };
    }

    private static boolean isLegal(Map<String, KeyState> model, int move, String name) {
        return switch (move) {
            case 0 -> !model.containsKey(name) && !model.containsValue(KeyState.STAGED);
            case 1 -> model.get(name) == KeyState.STAGED;
            default -> model.containsKey(name) && model.get(name) != KeyState.ACTIVE;
        };
    }

    private static void apply(Map<String, KeyState> model, int move, String name) {
        switch (move) {
            case 0 -> model.put(name, KeyState.STAGED);
            case 1 -> {
                model.replaceAll((key, state) -> state == KeyState.ACTIVE ? KeyState.RETIRING : state);
                model.put(name, KeyState.ACTIVE);
            }
            default -> model.remove(name);
        }
    }

    private static void assertIsModel(Map<String, KeyState> model, KeyRing ring, String what) {
        var states = new LinkedHashMap<String, KeyState>();
        ring.keys().forEach(key -> states.put(key.key().value(), key.state()));
        // the order too: oldest first
        assertEquals(List.copyOf(model.entrySet()), List.copyOf(states.entrySet()), what);
        assertEquals(1, ring.in(KeyState.ACTIVE).size(), what);
        assertEquals(ring.active(), ring.in(KeyState.ACTIVE).get(0), what);
        var distinct = new HashSet<>(ring.keys().stream().map(SigningKey::key).toList());
        assertEquals(ring.keys().size(), distinct.size(), what);
        assertEquals(new KeyRing(ring.version(), ring.keys()), ring, what);
    }
}
