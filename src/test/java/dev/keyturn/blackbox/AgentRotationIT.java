package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.keys.KeyState;
import dev.keyturn.servers.AgentSdk;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Python agent through a whole turn of the keys, until LiveKit knows the old one no more: see {@link AgentScene}. */
@NeedsServer({ServerBinary.LIVEKIT, ServerBinary.PYTHON_AGENTS})
class AgentRotationIT {

    private static final Duration END_WITHIN = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    @Test
    void every_dispatch_gets_its_agent_and_no_job_is_cut_while_the_key_turns_and_the_old_one_goes() throws Exception {
        try (var scene = new AgentScene(folder, AgentSdk.PYTHON)) {
            AgentTurn turn;
            try (var visits = new Visits(scene)) {
                turn = new AgentTurn(scene, visits);
                turn.run(0);
                assertEquals(List.of("withdraw", "drop"), scene.rotateToTheEnd(visits).steps());
                assertEquals(List.of(), scene.ring().in(KeyState.RETIRING));
                visits.awaitAfter(Instant.now(), 1);
                turn.assertNobodyMissedAnything();
                System.out.println("Python agent, since the promotion: " + turn.pace());
            }
            scene.await("no ghost is left in a room", () -> scene.seen.rooms(scene.ring().active()).isEmpty());
            assertEquals(List.of(), scene.seen.refusals());
            scene.assertSilence();
            assertEquals(0, scene.exec.end(END_WITHIN), scene::said);
            assertTrue(scene.seen.refuses(turn.old), "LiveKit still knows the old key");
        }
    }
}
