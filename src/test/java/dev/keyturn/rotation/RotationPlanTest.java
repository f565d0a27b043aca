package dev.keyturn.rotation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestClock;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyState;
import dev.keyturn.rotation.Proof.Question;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is next, as tables. A ring is {@code A- B= C+}: A RETIRING, B ACTIVE, C STAGED, with {@code !} for one that
 * others may know, all at version 7 and, unless {@code @1h} says otherwise, in their state since the start. A file is
 * {@code v7 A B}: made from version 7, with these keys in this order, {@code A'} with another secret. A retired key is
 * held for 19 h 2 min, and the file reordered 10 min before; a turn is due after 720 h.
 */
class RotationPlanTest {

    static final RotationSettings SETTINGS = settings(true);

    private static RotationSettings settings(boolean reorder) {
        return new RotationSettings(Duration.ofHours(720), Duration.ofHours(12), Duration.ofHours(6),
                Duration.ofSeconds(60), Duration.ofHours(1), Duration.ofSeconds(10), reorder, Duration.ofMinutes(10),
                2, Duration.ofMinutes(30));
    }

    private static Situation situation(String ring, String file, String at, String proof) {
        var words = at.split(" ");
        return new Situation(PlanWords.at(words[0]), PlanWords.ring(ring), Optional.of(TestClock.START),
                PlanWords.delivered(file), words.length > 1, PlanWords.proof(proof));
    }

    private static String next(boolean reorder, String ring, String file, String at, String proof) {
        return PlanWords.words(new RotationPlan(settings(reorder)).next(situation(ring, file, at, proof)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        A=     | v7 A      | 719h59m59.999s | none | rest until 720h
        A=     | v7 A      | 720h           | none | stage
        A=     | v7 A      | 1h asked       | none | stage
        A=     | ?         | 1h             | none | rest until 720h
        A=     | ?         | 720h           | none | stage
        A=@2h  | v7 A      | 1h             | none | rest until 722h
        A=!    | v7 A      | 1h             | none | stage
        A=!    | ?         | 1h             | none | stage
        A=!    | nothing   | 1h             | none | deliver v7 A
        A=     | nothing   | 720h           | none | deliver v7 A
        A=     | v6 A      | 1h             | none | rest until 720h
        A=     | v6 A B    | 1h             | none | deliver v7 A
        A=     | v7 A'     | 1h             | none | deliver v7 A
        A=     | v7 A DUE  | 720h           | none | restart
        A=     | v7 A UNDER_WAY      | 30m  | none | wait
        A=     | v7 A UNDER_WAY      | 30m0.001s | none | blocked
        A=     | v7 broken | 1h             | none | deliver v7 A
        A=     | foreign A | 1h             | none | rest until 720h
        A=     | foreign A X         | 1h   | none | blocked
        A=     | v8 A      | 720h           | none | blocked
        A=     | v8 broken | 720h           | none | blocked
        A=     | v9 A      | 720h           | none | blocked""")
    void only_one_key(String ring, String file, String at, String proof, String next) {
        assertEquals(next, next(true, ring, file, at, proof));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        A= B+  | v6 A      | 1m   | none | deliver v7 A B
        A= B+  | nothing   | 1m   | none | deliver v7 A B
        A= B+  | foreign A | 1m   | none | deliver v7 A B
        A= B+  | foreign A X          | 1m   | none | blocked
        A= B+  | v7 broken | 1m   | none | deliver v7 A B
        A= B+  | v7 A B'   | 1m   | +B   | deliver v7 A B
        A= B+  | v7 A B X  | 1m   | +B   | deliver v7 A B
        A= B+  | v7 A B DUE           | 1m   | +B   | restart
        A= B+  | v7 A B UNDER_WAY     | 1m   | +B   | wait
        A= B+  | v8 A B    | 1m   | +B   | blocked
        A= B+  | v7 A B    | 1m   | none | ask +B
        A= B+  | v7 B A    | 1m   | none | ask +B
        A= B+  | v7 A B    | 1m   | +A   | ask +B
        A= B+  | v7 A B    | 1m   | +B -A                | ask +B
        A= B+  | v7 A B    | 1m   | +B   | promote B
        A= B+  | v7 A B    | 720h | +B   | promote B
        A= B+  | foreign B A          | 1m   | +B   | promote B
        A=! B+ | v7 A B    | 1m   | +B   | promote B
        A= B+! | v7 A B    | 1m   | +B   | drop B
        A= B+! | ?         | 1m   | none | drop B
        A= B+! | v9 A      | 1m   | none | drop B
        A= B+  | ?         | 1m   | none | ask +B
        A= B+  | ?         | 1m   | +B   | promote B
        A= B+  | v7 A B    | 30m  | +B: once             | wait
        A= B+  | v7 A B    | 30m  | +B: too few          | wait
        A= B+  | v7 A B    | 30m  | +B: another node     | wait
        A= B+  | v7 A B    | 30m  | +B: says the opposite | wait
        A= B+  | v7 A B    | 30m  | +B: does not know    | wait
        A= B+  | v7 A B    | 30m  | +B: was not asked    | wait
        A= B+  | v7 A B    | 30m  | +B: silent           | wait
        A= B+  | v7 A B    | 30m  | +B: another minute   | promote B
        A= B+  | v7 A B    | 1m   | +B: another time     | blocked
        A= B+  | v7 A B    | 1m   | +B: stranger         | blocked
        A= B+  | v7 A B    | 30m0.001s | +B: silent      | blocked
        A= B+  | v7 A B @1h | 90m | +B: silent           | wait
        A= B+  | ?         | 30m  | +B: silent           | wait
        A= B+  | ?         | 31m  | +B: silent           | blocked""")
    void a_staged_key(String ring, String file, String at, String proof, String next) {
        assertEquals(next, next(true, ring, file, at, proof));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        A- B=       | v6 A B         | 1h asked       | none | rest until 19h2m
        A- B=       | v6 A B         | 18h51m59.999s  | none | rest until 19h2m
        A- B=       | v6 A B         | 18h52m         | none | deliver v7 B A
        A- B=       | v7 B A @18h52m | 19h1m59.999s   | none | rest until 19h2m
        A- B=       | v7 B A @18h53m | 19h2m          | none | rest until 19h3m
        A- B=       | v7 B A @18h52m | 19h2m          | none | ask +B
        A- B=       | v7 B A @18h52m | 19h2m          | +B   | deliver v8 B
        A- B=       | v7 B A @18h52m | 19h2m          | +B: silent | wait
        A- B=       | v7 B A @18h52m | 19h22m0.001s   | +B: silent | blocked
        A- B=       | v7 B A @18h52m DUE       | 19h2m | none | restart
        A- B=       | v7 B A @18h52m UNDER_WAY | 19h2m | none | wait
        A- B=       | v6 A B         | 30h            | none | deliver v7 B A
        A- B=       | nothing        | 30h            | none | deliver v7 B A
        A- B=       | v7 broken      | 30h            | none | deliver v7 B A
        A- B=       | nothing        | 1h             | none | deliver v7 A B
        A- B=       | v6 B           | 1h             | none | deliver v7 A B
        A- B=       | foreign B X    | 1h             | none | blocked
        A-@1h B=    | v6 A B         | 19h            | none | rest until 20h2m
        A-@-9h B=   | v6 A B         | 18h            | none | rest until 19h2m
        A-@40h B=   | v6 A B         | 30h            | none | rest until 59h2m
        A- B=       | ?              | 19h1m59.999s   | none | rest until 19h2m
        A- B=       | ?              | 19h2m          | none | ask +B -A
        A- B=       | ?              | 19h2m          | +B -A | drop A
        A- B=       | ?              | 19h3m          | +B -A: says the opposite | wait
        A- B=       | ?              | 19h33m         | +B -A: says the opposite | blocked
        A- B=!      | v6 A B         | 1h             | none | stage
        A- B=!      | v6 A B         | 18h52m         | none | deliver v7 B A
        A- B=! C+   | v6 A B         | 1h             | none | deliver v7 A B C
        A- B=! C+   | v7 A B C       | 1h             | +C   | promote C
        A- B=! C+   | v7 A B C       | 18h52m         | none | deliver v7 B A C
        A- B=! C+   | v7 B A C @18h52m | 19h          | +C   | promote C
        A- B=! C+   | v7 B A C @18h52m | 19h2m        | +B   | deliver v8 B C""")
    void a_key_that_retires(String ring, String file, String at, String proof, String next) {
        assertEquals(next, next(true, ring, file, at, proof));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        A- B=       | v6 A B         | 18h52m         | none | rest until 19h2m
        A- B=       | v6 A B         | 19h1m59.999s   | none | rest until 19h2m
        A- B=       | v6 A B         | 19h2m          | none | ask +B
        A- B=       | v6 B A         | 19h2m          | +B   | deliver v8 B
        A- B=       | v6 B           | 19h2m          | none | deliver v7 A B
        A- B=       | v7 broken      | 19h2m          | none | deliver v7 A B
        A- B=       | nothing        | 19h2m          | none | deliver v7 A B
        A- B=       | v8 B           | 19h2m          | none | ask +B -A""")
    void a_key_that_retires_and_no_order_matters(String ring, String file, String at, String proof, String next) {
        assertEquals(next, next(false, ring, file, at, proof));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        A- B=       | v8 B           | 19h2m          | none  | ask +B -A
        A- B=       | v8 B           | 19h1m          | none  | ask +B -A
        A- B=       | v8 B           | 19h2m          | +B    | ask +B -A
        A- B=       | v8 B           | 19h2m          | +B -A | drop A
        A- B=       | v8 B           | 19h2m          | +B -A: once | blocked
        A- B=       | v8 B @19h2m    | 19h2m          | +B -A: once | wait
        A- B=       | v8 B @19h2m    | 19h2m          | +B -A: says the opposite | wait
        A- B=       | v8 B @19h2m    | 19h2m          | +B -A: does not know | wait
        A- B=       | v8 B @19h2m    | 19h2m          | +B -A: stranger | blocked
        A- B=       | v8 B DUE       | 19h2m          | +B -A | restart
        A- B=       | v8 B X         | 19h2m          | none  | deliver v8 B
        A- B=       | v8 broken      | 19h2m          | none  | deliver v8 B
        A- B=       | v8 B A         | 19h2m          | none  | ask +B
        A- B=       | v9 B A         | 19h2m          | none  | blocked
        A- B=       | v9 B           | 19h2m          | none  | blocked
        A- B=       | v7 B           | 19h2m          | none  | deliver v7 B A
        A- B=       | v8 B           | 19h0m59.999s   | none  | deliver v7 B A
        A- B=       | v8 B           | 1h             | none  | deliver v7 A B
        A- B=       | v8 broken      | 1h             | none  | deliver v7 A B""")
    void a_key_that_is_being_withdrawn(String ring, String file, String at, String proof, String next) {
        assertEquals(next, next(true, ring, file, at, proof));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        A-! B=      | v6 A B         | 1m             | none  | deliver v8 B
        A-! B=      | v6 A B         | 1m             | +B    | deliver v8 B
        A-!@9h B=   | v6 A B         | 1m             | +B    | deliver v8 B
        A-! B=      | v6 B           | 1m             | none  | deliver v8 B
        A-! B=      | v8 B           | 1m             | none  | ask +B -A
        A-! B=      | v8 B           | 1m             | +B -A | drop A
        A-! B=      | ?              | 1m             | +B -A | drop A
        A-!@9h B=   | ?              | 1m             | none  | ask +B -A
        A-! B= C+   | v7 A B C       | 1m             | +B    | deliver v8 B C
        A-! B= C+   | v8 B C         | 1m             | +B -A | drop A
        A-! B= C+   | ?              | 1m             | none  | ask +C
        A- B-! C=   | v7 A B C       | 1h             | none  | deliver v8 C A
        A- B-! C=   | v7 A B C       | 1h             | +C    | deliver v8 C A
        A- B-! C=   | v8 C A         | 1h             | +C -B | drop B
        A- B-! C=   | v8 C           | 1h             | none  | deliver v8 C A
        A- B-! C=   | v8 broken      | 1h             | none  | deliver v8 C A
        A- B-! C=   | v8 C           | 19h1m          | none  | ask +C -A -B
        A- B-! C=   | ?              | 1h             | none  | ask +C -B
        A- B-! C=   | ?              | 19h2m          | +C -A -B | drop A B
        A- B-@1h C= | v6 A B C       | 18h52m         | none  | deliver v7 C A B
        A- B-@1h C= | v7 C A B @18h52m | 19h2m        | +C    | deliver v8 C B
        A- B-@1h C= | v8 C B @19h2m  | 19h2m          | +C -A | drop A
        A- B-@1h C= | v7 C A B @18h52m | 20h2m        | +C    | deliver v8 C
        A- B- C=!   | v7 A B C       | 1h             | none  | stage""")
    void keys_found_out_and_several_that_retire(String ring, String file, String at, String proof, String next) {
        assertEquals(next, next(true, ring, file, at, proof));
    }

    /** Whoever moved a key may have slept between looking at the clock and writing. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        0h  |     | rest until 19h2m
        0h  | 5h  | rest until 24h2m
        0h  | -5h | rest until 19h2m
        5h  | 0h  | rest until 24h2m""")
    void a_key_is_held_from_when_it_was_stored_as_retired_or_later(String since, String written, String next) {
        var now = new Situation(PlanWords.at("1h"), PlanWords.ring("A-@" + since + " B="),
                Optional.ofNullable(written).map(PlanWords::at), PlanWords.delivered("v7 A B"), false,
                Optional.empty());

        assertEquals(next, PlanWords.words(new RotationPlan(SETTINGS).next(now)));
    }

    @Test
    void the_file_that_an_operator_is_given_has_what_the_nodes_are_asked_for() {
        var plan = new RotationPlan(SETTINGS);
        assertEquals("[A, B]", wanted(plan, "A= B+", "1h"));
        assertEquals("[A, B]", wanted(plan, "A- B=", "18h51m"));
        assertEquals("[B, A]", wanted(plan, "A- B=", "18h52m"));
        assertEquals("[B]", wanted(plan, "A- B=", "19h2m"));
        assertEquals("[B]", wanted(plan, "A-! B=", "0h"));
    }

    private static String wanted(RotationPlan plan, String ring, String at) {
        return plan.wanted(situation(ring, "?", at, "none")).pairs().keySet().toString();
    }

    /** Every ring with every file at every time with every proof: there is an answer, and a legal one. */
    @Test
    void there_is_a_legal_answer_to_everything() {
        var rings = List.of("A=", "A=!", "A= B+", "A=! B+", "A= B+!", "A- B=", "A-! B=", "A- B=!", "A- B= C+",
                "A-! B=! C+", "A- B=! C+!", "A- B- C=", "A- B-! C=", "A-! B-! C=!", "A- B-@1h C=! D+", "A-@99h B=@99h");
        var files = List.of("?", "nothing", "foreign", "foreign A", "foreign A B", "foreign X", "v1 A", "v6 A B",
                "v7 A", "v7 A B", "v7 B A", "v7 A B C", "v7 C A B", "v7 A' B", "v7 A B X", "v7 broken", "v8 broken",
                "v8 A", "v8 B", "v8 B A", "v8 C", "v8 B C", "v8 C A", "v9 B", "v7 A B DUE", "v8 B DUE",
                "v7 A B UNDER_WAY", "v8 B UNDER_WAY", "v7 B A @18h52m", "v7 A B @999h");
        var times = List.of("-1h", "0h", "0h asked", "1h", "18h51m59s", "18h52m", "19h1m", "19h2m", "19h2m asked",
                "20h2m", "719h59m59s", "720h", "9999h");
        var proofs = List.of("none", "+A", "+B", "+C", "+B -A", "+C -A", "+C -A -B", "+B: once", "+B: silent",
                "+B -A: stranger", "+A: too few");
        var seen = new TreeSet<String>();
        for (var reorder : List.of(true, false)) {
            for (var ring : rings) {
                for (var file : files) {
                    for (var at : times) {
                        for (var proof : proofs) {
                            seen.add(legal(reorder, situation(ring, file, at, proof)));
                        }
                    }
                }
            }
        }
        assertEquals(Set.of("Ask", "Deliver", "Drop", "Promote", "Rest", "Restart", "Stage", "Wait"), seen);
    }

    private static String legal(boolean reorder, Situation now) {
        var next = new RotationPlan(settings(reorder)).next(now);
        var ring = now.ring();
        assertNotNull(PlanWords.words(next));
        if (next instanceof Next.Deliver deliver) {
            var pairs = deliver.file().pairs();
            assertTrue(pairs.containsKey(ring.active().key()), () -> now + " " + next);
            assertFalse(pairs.containsKey(new ApiKey("X")));
            ring.in(KeyState.STAGED).forEach(key -> assertTrue(pairs.containsKey(key.key())));
            ring.in(KeyState.RETIRING).stream().filter(key -> !key.compromised()).filter(key ->
                    now.now().plusSeconds(60).isBefore(now.since(key).plus(SETTINGS.hold()))).forEach(key ->
                    assertTrue(pairs.containsKey(key.key()), () -> "before its time: " + now + " " + next));
        } else if (next instanceof Next.Promote promote) {
            ring.promote(promote.key(), now.now());
            assertEquals(new Question(Set.of(promote.key()), Set.of()), now.proof().orElseThrow().question());
        } else if (next instanceof Next.Drop drop) {
            ring.drop(drop.keys());
            drop.keys().stream().filter(key -> ring.find(key).orElseThrow().state() == KeyState.RETIRING)
                    .forEach(key -> assertTrue(now.proof().orElseThrow().question().refused().contains(key)));
        } else if (next instanceof Next.Stage) {
            assertEquals(List.of(), ring.in(KeyState.STAGED));
        } else if (next instanceof Next.Rest rest) {
            assertTrue(rest.due().orElse(Instant.MAX).isAfter(now.now()), () -> now + " " + next);
        }
        return next.getClass().getSimpleName();
    }
}
