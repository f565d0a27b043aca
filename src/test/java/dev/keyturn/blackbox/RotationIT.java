package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.blackbox.Join.Came;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.servers.KeyturnCommand;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Turns of the keys while clients join all the time, everything real: see {@link RotationScene}.
 *
 * <p>{@code -Dkeyturn.rotation.minutes=N} turns the keys again and again for so long; {@code bench/rotation/run N} does
 * that and shows the figures.
 */
@NeedsServer({ServerBinary.VAULT, ServerBinary.LIVEKIT, ServerBinary.REDIS})
class RotationIT {

    private static final int CLIENTS = 3;
    private static final Duration TURN_WITHIN = Duration.ofMinutes(4);
    private static final List<String> TURN =
            List.of("stage", "deliver", "promote", "reorder", "withdraw", "drop");

    @TempDir
    static Path folder;

    private static RotationScene scene;

    @BeforeAll
    static void start() throws IOException {
        scene = new RotationScene(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        if (scene != null) {
            scene.close();
        }
    }

    @Test
    void nobody_is_refused_while_the_keys_turn_twice_and_a_compromised_one_goes_at_once() throws Exception {
        var until = Instant.now().plus(Duration.ofMinutes(Integer.getInteger("keyturn.rotation.minutes", 0)));
        var turns = new ArrayList<Turn>();
        var phases = new TreeSet<String>();
        var inTurns = new Figures();
        var inCompromise = new Figures();
        ApiKey compromised;
        try (var clients = new Clients(CLIENTS, scene.replicas, scene.nodes, scene.carrier)) {
            clients.count(inTurns);
            while (turns.size() < 2 || Instant.now().isBefore(until)) {
                var old = scene.ring().active();
                var turn = turned("turn " + (turns.size() + 1), clients, phases, "--now", "--wait");
                turns.add(turn);
                assertEquals(TURN, turn.steps());
                scene.assertGone(old);
            }
            clients.count(inCompromise);
            var old = scene.ring().active();
            compromised = old.key();
            var turn = turned("compromised", clients, phases, "--compromised", compromised.value(), "--wait");
            turns.add(turn);
            assertEquals(List.of("stage", "deliver", "promote", "withdraw", "drop"), turn.steps());
            assertFalse(turn.everSaid("holding"), "it was held");
            scene.assertGone(old);
        } finally {
            show(turns, phases, inTurns, inCompromise);
        }
        assertTrue(inTurns.joins(Came.JOINED) > 0 && inTurns.shownAgain(Came.JOINED) > 0, inTurns.table());
        assertEquals(Set.of(), inTurns.refused().keySet(), inTurns.table());
        assertTrue(Set.of(compromised).containsAll(inCompromise.refused().keySet()), inCompromise.table());
        assertTrue(inTurns.shareOfNew("all nodes on [old, new]") < 0.5, inTurns.table());
        assertTrue(inTurns.shareOfNew("all nodes on [new, old]") > 0.5, inTurns.table());
        assertEquals(Set.of("resting", "staged", "retiring"), phases);
    }

    /** One run to its end and a replica at rest, while the metric that says in which phase it is is looked at. */
    private static Turn turned(String name, Clients clients, Set<String> phases, String... arguments) {
        var began = Instant.now();
        var replica = scene.replicas.get(0);
        try (var command = scene.rotate(arguments)) {
            while (command.status(Duration.ofMillis(500)).isEmpty()) {
                for (var phase : List.of("staged", "retiring")) {
                    if (isIn(phase, replica)) {
                        phases.add(phase);
                    }
                }
                clients.check();
                scene.carrier.check();
                assertTrue(Instant.now().isBefore(began.plus(TURN_WITHIN)), () -> said(command));
            }
            assertEquals(0, command.status(Duration.ZERO).getAsInt(), () -> said(command));
            replica.await("it rests after " + name, () -> isIn("resting", replica));
            phases.add("resting");
            return Turn.of(name, began, command.lines());
        }
    }

    private static boolean isIn(String phase, KeyturnProcess replica) {
        return replica.metric("keyturn_rotation_phase{phase=\"" + phase + "\"}") == 1;
    }

    private static String said(KeyturnCommand command) {
        return String.join("\n", command.lines());
    }

    private static void show(List<Turn> turns, Set<String> phases, Figures inTurns, Figures inCompromise)
            throws IOException {
        var text = "While the keys turned as planned:\n\n" + inTurns.table()
                + "\nWhile a compromised key was replaced:\n\n" + inCompromise.table()
                + "\nSteps, each with the time since the one before:\n\n"
                + turns.stream().map(turn -> "- " + turn.pace() + "\n").collect(Collectors.joining())
                + "\nThe nodes one after another: "
                + scene.carrier.restarts().stream().map(Turn::seconds).collect(Collectors.joining(", "))
                + ".\nSeen in keyturn_rotation_phase: " + phases + ".\n";
        System.out.println(text);
        Files.writeString(Path.of("target/rotation-figures.md"), text);
    }

    @Test
    void a_rotator_that_is_killed_again_and_again_turns_the_key_all_the_same() throws InterruptedException {
        var seed = Long.getLong("keyturn.rotation.seed", System.nanoTime());
        var random = new Random(seed);
        var before = scene.ring();
        for (int kill = 0; kill < 6; kill++) {
            var begun = !scene.ring().equals(before);
            try (var command = begun ? scene.rotateInHaste("--wait") : scene.rotateInHaste("--now", "--wait")) {
                command.status(Duration.ofMillis(500 + random.nextInt(4_000)));
                command.kill();
            }
        }
        var begun = !scene.ring().equals(before);
        finished(begun ? scene.rotateInHaste("--wait") : scene.rotateInHaste("--now", "--wait"));
        assertEquals(before.version() + 3, scene.ring().version(), () -> "seed " + seed + ": " + scene.ring());
        assertNotEquals(before.active().key(), scene.ring().active().key());
        scene.assertGone(before.active());
    }

    @Test
    void two_rotators_at_once_turn_the_key_once() throws InterruptedException {
        var before = scene.ring();
        var one = scene.rotateInHaste("--now", "--wait");
        var other = scene.rotateInHaste("--now", "--wait");
        var steps = new ArrayList<>(finished(one));
        steps.addAll(finished(other));
        assertEquals(before.version() + 3, scene.ring().version(), () -> scene.ring() + " " + steps);
        assertEquals(new HashSet<>(steps).size(), steps.size(), () -> "a step was taken twice: " + steps);
        scene.assertGone(before.active());
    }

    /** @return the steps that it took */
    private static List<String> finished(KeyturnCommand command) {
        try (command) {
            var status = command.status(TURN_WITHIN);
            assertTrue(status.isPresent() && status.getAsInt() == 0, () -> said(command));
            return Turn.of("", Instant.now(), command.lines()).steps();
        }
    }
}
