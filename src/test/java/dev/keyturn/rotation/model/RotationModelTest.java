package dev.keyturn.rotation.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.keyturn.rotation.model.Checker.Breach;
import dev.keyturn.rotation.model.Checker.Invariant;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The real rotator, plan, probe and live ring in a world where everything else may fail: histories drawn from seeds,
 * each checked for what must always hold (see {@link Checker}). One that fails is shortened and printed.
 *
 * <p>{@code -Dkeyturn.model.histories=20000} lives through more of them, {@code -Dkeyturn.model.seed=7} through one.
 */
class RotationModelTest {

    private static final long HISTORIES = Long.getLong("keyturn.model.histories", 1_000);
    private static final Optional<Long> SEED = Optional.ofNullable(Long.getLong("keyturn.model.seed"));

    private static ExecutorService threads;

    @BeforeAll
    static void start() {
        threads = Executors.newCachedThreadPool(task -> {
            var thread = new Thread(task, "model");
            thread.setDaemon(true);
            return thread;
        });
    }

    @AfterAll
    static void every_thread_has_ended() throws InterruptedException {
        threads.shutdown();
        assertTrue(threads.awaitTermination(1, TimeUnit.MINUTES), "a process of some history still waits");
    }

    private static Optional<Breach> breach(long seed, Mutant mutant) {
        var setup = Setup.of(seed);
        return World.live(setup, Script.of(setup), mutant, threads, false).breach();
    }

    @Test
    void no_history_breaks_what_must_always_hold() {
        var seeds = SEED.map(LongStream::of).orElseGet(() -> LongStream.rangeClosed(1, HISTORIES));
        seeds.parallel().filter(seed -> breach(seed, Mutant.NONE).isPresent()).findFirst().ifPresent(seed ->
                fail(new Shrinker(seed, Mutant.NONE, threads).shortest()));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void without_this_safeguard_a_history_breaks_what_it_is_there_for(Mutant mutant) {
        assertTrue(LongStream.rangeClosed(1, 1_000).parallel().mapToObj(seed -> breach(seed, mutant))
                .anyMatch(breach -> breach.map(Breach::invariant).equals(mutant.breaks)),
                "none breaks " + mutant.breaks);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void a_seed_is_the_same_history_each_time(long seed) {
        var setup = Setup.of(seed);
        var first = World.live(setup, Script.of(setup), Mutant.NONE, threads, true);

        assertEquals(first, World.live(setup, Script.of(setup), Mutant.NONE, threads, true));
        assertTrue(first.lines().size() > 10, first.toString());
    }

    @Test
    void a_history_that_breaks_something_is_printed_short_enough_to_read() {
        var seed = LongStream.rangeClosed(1, 1_000).filter(each -> breach(each, Mutant.NO_CAS)
                .filter(breach -> breach.invariant() == Invariant.TURNED_ONCE).isPresent()).findFirst().orElseThrow();

        var text = new Shrinker(seed, Mutant.NO_CAS, threads).shortest();

        var lines = text.strip().split("\n");
        assertTrue(lines.length < 30, text);
        assertTrue(lines[0].contains("seed=" + seed), text);
        assertTrue(lines[lines.length - 2].contains("BROKEN      TURNED_ONCE: KeyRing version"), text);
        assertTrue(lines[lines.length - 1].endsWith("-Dkeyturn.model.seed=" + seed), text);
    }
}
