package dev.keyturn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.rotation.Delivered;
import dev.keyturn.rotation.Delivered.Restart;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.rotation.NodeAnswer;
import dev.keyturn.rotation.Outcome;
import dev.keyturn.rotation.Outcome.Kind;
import dev.keyturn.rotation.Outcome.Step;
import dev.keyturn.rotation.Status;
import dev.keyturn.rotation.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Help.Ansi;

class StatusTableTest {

    private static final ApiKey OLD = new ApiKey("APIold");
    private static final ApiKey NEW = new ApiKey("APInew");
    private static final Instant NOW = TestClock.START.plusSeconds(3700);

    private static Status status() {
        var ring = TestKeys.ring("APIold").stage(TestKeys.staged("APInew", TestClock.START.plusSeconds(3600)));
        var file = new Delivered(
                Optional.of(KeyFile.of(ring, NOW)), "1", NOW.minusSeconds(60), Restart.UNDER_WAY, "1 of 2 pods");
        var nodes = List.of(
                new NodeAnswer("10.0.0.1:7880", Map.of(OLD, Verdict.ACCEPTS, NEW, Verdict.REFUSES),
                        Optional.of(Duration.ofSeconds(-1)), "", false),
                new NodeAnswer("10.0.0.22:7880", Map.of(), Optional.empty(), "does not answer (timed out)", false));
        return status(ring, Optional.of(file), nodes, new Outcome(
                Kind.WAITING, Step.NONE, "node 10.0.0.1:7880 refuses key APInew", Optional.of(NOW.minusSeconds(60))));
    }

    private static Status status(KeyRing ring, Optional<Delivered> file, List<NodeAnswer> nodes, Outcome next) {
        return new Status(NOW, ring, "file ring.json", Optional.of(NOW.minusSeconds(100)),
                file.map(there -> "file keys.yaml"), file, nodes, Duration.ofHours(13), next, List.of());
    }

    @Test
    void it_shows_ring_file_nodes_and_what_comes_next() {
        assertEquals("""
                Ring      version 2 in file ring.json, written 2026-03-01T13:00:00Z (1 min 40 s ago)
                          KEY       STATE     SINCE                AGE
                          APIold    ACTIVE    2026-03-01T12:00:00Z 1 h 1 min
                          APInew    STAGED    2026-03-01T13:00:00Z 1 min 40 s
                Key file  file keys.yaml: made from version 2 of the ring, as the ring says
                          1 of 2 pods
                Nodes     ADDRESS        APIold    APInew    CLOCK
                          10.0.0.1:7880  accepts   refuses   -1 s
                          10.0.0.22:7880 unknown   unknown   unknown   does not answer (timed out)
                Next      waiting since 2026-03-01T13:00:40Z (1 min ago): node 10.0.0.1:7880 refuses key APInew
                """, StatusTable.of(status(), Ansi.OFF));
    }

    @Test
    void colours_are_for_a_terminal_and_move_no_column() {
        var coloured = StatusTable.of(status(), Ansi.ON);

        assertTrue(coloured.contains("\u001B["));
        assertEquals(StatusTable.of(status(), Ansi.OFF), coloured.replaceAll("\u001B\\[[0-9;]*m", ""));
    }

    @Test
    void without_a_target_it_says_who_delivers() {
        var table = StatusTable.of(status(TestKeys.ring("APIold"), Optional.empty(), List.of(),
                new Outcome(Kind.NOTHING, Step.NONE, "Nothing to do; next, a new key is staged",
                        Optional.of(NOW.plusSeconds(60)))), Ansi.OFF);

        assertTrue(table.contains("Key file  delivered by you (keyturn.rotation.target is not set)\n"), table);
        assertTrue(table.endsWith("a new key is staged, 2026-03-01T13:02:40Z (in 1 min)\n"), table);
        assertFalse(table.contains("Nodes"), table);
    }

    @Test
    void a_key_that_others_may_know_stands_out() {
        var table = StatusTable.of(status(TestKeys.ring("APIold").compromise(OLD), Optional.empty(), List.of(),
                Outcome.of(Kind.PLANNED, Step.STAGE, "Would stage a new key")), Ansi.OFF);

        assertTrue(table.contains("COMPROMISED"), table);
    }
}
