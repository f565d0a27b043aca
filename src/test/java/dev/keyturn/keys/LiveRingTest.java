package dev.keyturn.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.keys.KeyRingStoreException.Kind;
import dev.keyturn.keys.LiveRing.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiveRingTest {

    private static final Duration MAX_STALENESS = Duration.ofHours(12);

    private final TestClock clock = new TestClock();
    private final FakeStore store = new FakeStore();
    private final LiveRing live = new LiveRing(store, MAX_STALENESS, clock);

    /** A store that answers what a test says, and may take its time. */
    private final class FakeStore implements KeyRingStore {

        private KeyRing ring;
        private Exception fault;
        private Duration takes = Duration.ZERO;

        @Override
        public Optional<Stored> read() throws KeyRingStoreException {
            clock.advance(takes);
            if (fault instanceof KeyRingStoreException e) {
                throw e;
            }
            if (fault instanceof RuntimeException e) {
                throw e;
            }
            return Optional.ofNullable(ring).map(found -> new Stored(found, found.version()));
        }

        @Override
        public Stored write(KeyRing ring, Stored replaced) {
            throw new AssertionError("nothing writes here");
        }

        @Override
        public String describe() {
            return "the fake store";
        }
    }

    private Result refreshed(KeyRing ring) {
        store.ring = ring;
        store.fault = null;
        return live.refresh().result();
    }

    private Result refreshed(Exception fault) {
        store.fault = fault;
        return live.refresh().result();
    }

    @Test
    void nothing_is_signed_before_the_first_ring() {
        assertEquals(Result.NOT_READ, live.last().result());
        assertEquals(Optional.empty(), live.ring());
        assertEquals(Optional.empty(), live.age());
        assertThrows(RingUnavailableException.class, live::signingKey);
        assertThrows(RingUnavailableException.class, live::current);
    }

    @Test
    void a_store_without_a_ring_says_how_to_make_one() {
        assertEquals(Result.MISSING, refreshed((KeyRing) null));
        assertTrue(live.last().problem().contains("the fake store"), live.last().problem());
        assertTrue(live.last().problem().contains("keyturn init"), live.last().problem());
        var refusal = assertThrows(RingUnavailableException.class, live::signingKey);
        assertTrue(refusal.getMessage().contains("keyturn init"), refusal.getMessage());
    }

    @Test
    void the_first_ring_signs_and_a_newer_one_takes_over() {
        var first = TestKeys.ring("APIa");
        assertEquals(Result.LOADED, refreshed(first));
        assertEquals(new ApiKey("APIa"), live.signingKey().key());
        assertEquals(Result.UNCHANGED, refreshed(first));

        var turned = first.stage(TestKeys.staged("APIb")).promote(new ApiKey("APIb"), clock.instant());
        assertEquals(Result.LOADED, refreshed(turned));
        assertEquals(new ApiKey("APIb"), live.signingKey().key());
        assertEquals(Optional.of(turned), live.ring());
        assertTrue(live.last().isGood());
        assertEquals("", live.last().problem());
    }

    @ParameterizedTest
    @CsvSource({"UNREACHABLE,UNREACHABLE", "DENIED,DENIED", "BROKEN,BROKEN", "DEVELOPMENT_KEY,DEVELOPMENT_KEY",
        "CONFLICT,DENIED"})
    void the_last_good_ring_goes_on_through_every_fault_and_the_fault_is_told(Kind kind, Result result) {
        refreshed(TestKeys.ring("APIa"));
        clock.advance(Duration.ofHours(1));

        assertEquals(result, refreshed(new KeyRingStoreException(kind, "this is what happened")));

        assertEquals(new ApiKey("APIa"), live.signingKey().key());
        assertEquals("this is what happened", live.last().problem());
        assertFalse(live.last().isGood());
        assertEquals(Optional.of(Duration.ofHours(1)), live.age());
    }

    @Test
    void a_ring_that_has_gone_missing_is_kept() {
        refreshed(TestKeys.ring("APIa"));

        assertEquals(Result.MISSING, refreshed((KeyRing) null));
        assertEquals(new ApiKey("APIa"), live.signingKey().key());
    }

    @Test
    void a_store_with_a_mistake_in_it_is_one_that_cannot_be_read() {
        refreshed(TestKeys.ring("APIa"));

        assertEquals(Result.UNREACHABLE, refreshed(new IllegalStateException("canary")));
        assertEquals(new ApiKey("APIa"), live.signingKey().key());
        assertFalse(live.last().problem().contains("canary"), live.last().problem());
        assertTrue(live.last().problem().contains("IllegalStateException"), live.last().problem());
    }

    @Test
    void a_ring_that_goes_backwards_is_refused_and_the_newer_one_signs_on() {
        var three = TestKeys.ringOfThree();
        refreshed(three);
        clock.advance(Duration.ofMinutes(5));

        assertEquals(Result.OLDER, refreshed(TestKeys.ring("APIold")));

        assertEquals(Optional.of(three), live.ring());
        assertEquals(new ApiKey("APInow"), live.signingKey().key());
        assertEquals(Optional.of(Duration.ofMinutes(5)), live.age(), "an older ring confirms nothing");
        var problem = live.last().problem();
        assertTrue(problem.contains("version 1") && problem.contains("version 4"), problem);
    }

    @Test
    void other_keys_under_the_same_version_are_refused() {
        refreshed(TestKeys.ring("APIa"));

        assertEquals(Result.OLDER, refreshed(TestKeys.ring("APIb")));
        assertEquals(new ApiKey("APIa"), live.signingKey().key());
    }

    @Test
    void whatever_is_read_the_version_never_goes_backwards() {
        var highest = 0L;
        for (var version : List.of(3L, 2L, 5L, 1L, 5L, 4L, 9L, 8L, 9L)) {
            refreshed(new KeyRing(version, TestKeys.ring("APIa").keys()));
            highest = Math.max(highest, version);
            assertEquals(highest, live.current().version());
        }
    }

    @Test
    void a_ring_ages_from_when_its_store_was_asked_and_not_from_when_it_answered() {
        store.takes = Duration.ofSeconds(20);
        refreshed(TestKeys.ring("APIa"));

        assertEquals(Optional.of(Duration.ofSeconds(20)), live.age());
        refreshed(TestKeys.ring("APIa"));
        assertEquals(Optional.of(Duration.ofSeconds(20)), live.age());
    }

    @Test
    void a_ring_that_nobody_confirms_signs_until_it_is_stale_and_not_longer() {
        store.takes = Duration.ofSeconds(10);
        refreshed(TestKeys.ring("APIa"));
        clock.advance(MAX_STALENESS.minusSeconds(10));
        assertEquals(new ApiKey("APIa"), live.signingKey().key());

        store.takes = Duration.ZERO;
        refreshed(new KeyRingStoreException(Kind.UNREACHABLE, "Vault is away"));
        assertEquals(new ApiKey("APIa"), live.signingKey().key());
        clock.advance(Duration.ofNanos(1));

        var refusal = assertThrows(RingUnavailableException.class, live::signingKey);
        assertTrue(refusal.getMessage().contains("Vault is away"), refusal.getMessage());
        assertThrows(RingUnavailableException.class, live::current);
        assertTrue(live.ring().isPresent(), "it is still there to be shown");
    }

    @Test
    void an_unchanged_ring_is_a_confirmation() {
        refreshed(TestKeys.ring("APIa"));
        clock.advance(MAX_STALENESS);
        assertEquals(Result.UNCHANGED, refreshed(TestKeys.ring("APIa")));
        clock.advance(MAX_STALENESS);

        assertEquals(new ApiKey("APIa"), live.signingKey().key());
    }

    @Test
    void a_stale_ring_recovers_by_itself_when_its_store_does() {
        refreshed(TestKeys.ring("APIa"));
        clock.advance(MAX_STALENESS.plusSeconds(1));
        refreshed(new KeyRingStoreException(Kind.UNREACHABLE, "Vault is away"));
        assertThrows(RingUnavailableException.class, live::signingKey);

        assertEquals(Result.UNCHANGED, refreshed(TestKeys.ring("APIa")));
        assertEquals(new ApiKey("APIa"), live.signingKey().key());
    }

    @Test
    void reads_are_counted_by_what_they_came_to() {
        refreshed((KeyRing) null);
        refreshed(TestKeys.ring("APIa"));
        refreshed(TestKeys.ring("APIa"));
        refreshed(TestKeys.ring("APIa"));
        refreshed(TestKeys.ring("APIb"));
        refreshed(new IllegalStateException());

        assertEquals(1, live.count(Result.MISSING));
        assertEquals(1, live.count(Result.LOADED));
        assertEquals(2, live.count(Result.UNCHANGED));
        assertEquals(1, live.count(Result.OLDER));
        assertEquals(1, live.count(Result.UNREACHABLE));
        assertEquals(0, live.count(Result.NOT_READ));
    }

    @Test
    void a_ring_comes_with_the_time_until_which_it_signs() {
        var asked = clock.instant();
        store.takes = Duration.ofSeconds(20);
        refreshed(TestKeys.ring("APIa"));

        assertEquals(new LiveRing.Confirmed(TestKeys.ring("APIa"), asked, asked.plus(MAX_STALENESS)), live.confirmed());
        clock.advance(MAX_STALENESS);
        assertThrows(RingUnavailableException.class, live::confirmed);
    }

    @Test
    void whoever_listens_hears_of_each_newer_ring_once_and_finds_it_there() {
        var heard = new ArrayList<Long>();
        live.onNewer(() -> {
            throw new IllegalStateException("a listener with a mistake in it");
        });
        live.onNewer(() -> heard.add(live.current().version()));

        assertEquals(Result.LOADED, refreshed(TestKeys.ring("APIa")));
        refreshed(TestKeys.ring("APIa"));
        refreshed(new IllegalStateException());
        assertEquals(Result.LOADED, refreshed(TestKeys.ringOfThree()));
        refreshed(TestKeys.ring("APIa"));

        assertEquals(List.of(1L, 4L), heard);
    }
}
