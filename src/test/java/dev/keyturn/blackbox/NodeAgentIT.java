package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.keyturn.servers.AgentSdk;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Node agent until its worker on the old key has drained; what follows is the same as {@link AgentRotationIT}. */
@NeedsServer({ServerBinary.LIVEKIT, ServerBinary.PYTHON_AGENTS, ServerBinary.NODE_AGENTS})
class NodeAgentIT {

    /** What the SDK's own program ends with when it has drained on SIGTERM. */
    private static final int DRAINED = 143;

    @TempDir
    Path folder;

    @Test
    void every_dispatch_gets_its_agent_and_no_job_is_cut_while_the_key_turns() throws Exception {
        try (var scene = new AgentScene(folder, AgentSdk.NODE)) {
            try (var visits = new Visits(scene)) {
                var turn = new AgentTurn(scene, visits);
                turn.run(DRAINED);
                turn.assertNobodyMissedAnything();
                System.out.println("Node agent, since the promotion: " + turn.pace());
            }
            assertEquals(List.of(), scene.seen.refusals());
            scene.assertSilence();
            assertEquals(DRAINED, scene.exec.end(Duration.ofSeconds(30)), scene::said);
        }
    }
}
