package dev.keyturn.servers;

import java.nio.file.Path;
import java.util.List;

/**
 * What agents are written with. Each has a worker of ours, without a model, in src/test/servers: it joins the rooms
 * that it is sent to and prints a line of JSON for each event. {@code AGENT_HEALTH_PORT} is the port of its health.
 */
public enum AgentSdk {

    PYTHON, NODE;

    /** Starts the worker. */
    public List<String> command() {
        return switch (this) {
            case PYTHON -> List.of(ServerBinary.PYTHON_AGENTS.path().toString(),
                    ours("agents-python/agent.py"), "start");
            case NODE -> List.of("env", "NODE_PATH=" + ServerBinary.NODE_AGENTS.path(),
                    "node", ours("agents-node/agent.cjs"), "start");
        };
    }

    static String ours(String file) {
        return Path.of("src/test/servers", file).toAbsolutePath().toString();
    }
}
