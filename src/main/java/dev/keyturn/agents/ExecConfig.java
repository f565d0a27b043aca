package dev.keyturn.agents;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How {@code keyturn exec} gets an agent's credentials, and how it turns its workers. */
@ConfigMapping(prefix = "keyturn.exec")
public interface ExecConfig {

    /** The Keyturn server, such as {@code https://keyturn.example.com}. */
    Optional<URI> from();

    /** A file with the bearer token that says who this agent is; read at each use, for such tokens change. */
    Optional<Path> tokenFile();

    /** Instead of a file, a program and its arguments that print the bearer token; run at each use, without a shell. */
    Optional<List<String>> tokenCommand();

    /** PEM certificates that the server is checked against, instead of the platform's. */
    Optional<Path> caFile();

    /** Where {@code /metrics} and {@code /q/health/*} of exec itself are; off unless set. */
    Optional<Integer> port();

    /** The address that this port listens on. */
    @WithDefault("0.0.0.0")
    String host();

    /**
     * The name of an environment variable in which each worker is given a free port for its health: a {@code GET /} of
     * it must answer 200. Unless set, a worker that runs for {@code settle} is up.
     */
    Optional<String> healthPortVariable();

    /**
     * How long a new worker runs, once its health answers, before it counts as up and the old one drains. A worker of
     * livekit-agents for Python is healthy up to 12 s before LiveKit sends it jobs, and LiveKit tries a dispatch once.
     */
    @WithDefault("15s")
    Duration settle();

    /** A worker for a new key that is not up by then has failed: the old one goes on, and it is tried again. */
    @WithDefault("2m")
    Duration startLimit();

    /** A worker that still drains by then is killed. LiveKit's own limit is 1 h. */
    @WithDefault("65m")
    Duration drainLimit();

    /** Whether a worker that ends unasked is started again; else exec ends with its status. */
    @WithDefault("true")
    boolean restart();
}
