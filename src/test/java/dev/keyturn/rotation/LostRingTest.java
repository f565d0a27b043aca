package dev.keyturn.rotation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.file.FileKeyRingStore;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.rotation.Delivered.Restart;
import dev.keyturn.rotation.Outcome.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever looks when the ring is gone must not be told to make a new one while LiveKit holds the keys of the old. */
class LostRingTest {

    private static final String RESTORE = "Restore it with 'keyturn init --import'";

    private static final RotationSettings SETTINGS = new RotationSettings(Duration.ofDays(30), Duration.ofHours(12),
            Duration.ofMinutes(10), Duration.ofMinutes(1), Duration.ZERO, Duration.ZERO, false, Duration.ZERO, 1,
            Duration.ofMinutes(30));

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();

    private FileKeyRingStore nothing() {
        return new FileKeyRingStore(folder.resolve("ring.json"));
    }

    private Probe nobody() {
        return new Probe(new Nodes() {
            @Override
            public List<Replies> ask(Map<ApiKey, String> tokens) {
                return List.of();
            }

            @Override
            public String describe() {
                return "nobody";
            }
        }, clock);
    }

    private static Optional<KeyFileTarget> holding(Delivered delivered) {
        return Optional.of(new KeyFileTarget() {
            @Override
            public Delivered read() {
                return delivered;
            }

            @Override
            public void deliver(KeyFile file, Delivered replaced) {
                throw new AssertionError("delivered");
            }

            @Override
            public void restart(Delivered delivered) {
                throw new AssertionError("restarted");
            }

            @Override
            public String describe() {
                return "the target";
            }
        });
    }

    private static Delivered ofARing() {
        var file = KeyFile.of(TestKeys.ring("APIa"), TestClock.START);
        return new Delivered(Optional.of(file), "1", TestClock.START, Restart.DONE, "");
    }

    private String rotate(Optional<KeyFileTarget> target) throws InterruptedException {
        var rotator = new Rotator(nothing(), target, nobody(), SETTINGS, now -> TestKeys.staged("APIb", now), clock,
                time -> {});
        var outcome = rotator.run(Intent.DUE, sentence -> {});
        assertEquals(Kind.FAILED, outcome.kind());
        return outcome.sentence();
    }

    private String status(Optional<KeyFileTarget> target) {
        var reader = new StatusReader(nothing(), target, nobody(), SETTINGS, clock);
        return assertThrows(KeyRingStoreException.class, reader::read).getMessage();
    }

    @Test
    void rotate_and_status_say_how_it_is_restored() throws InterruptedException {
        for (var said : List.of(rotate(holding(ofARing())), status(holding(ofARing())))) {
            assertTrue(said.contains("the target holds its key file") && said.contains(RESTORE), said);
        }
    }

    @Test
    void where_there_never_was_one_both_say_how_it_is_made() throws InterruptedException {
        for (var said : List.of(rotate(holding(Delivered.NOTHING)), status(Optional.empty()))) {
            assertTrue(said.endsWith("make one with 'keyturn init'"), said);
        }
    }
}
