package dev.keyturn.rotation;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** When keys turn, who LiveKit's nodes are, and where their key file goes. */
@ConfigMapping(prefix = "keyturn.rotation")
public interface RotationConfig {

    /** How old the active key gets before the next one is staged. */
    @WithDefault("30d")
    Duration period();

    /**
     * Where there is no scheduler to run {@code keyturn rotate}: how often the server itself does. It then needs the
     * right to write the ring, and is safe with several replicas. Off by default.
     */
    Optional<Duration> every();

    /** Where LiveKit's key file is delivered; {@code none}, or not set: the operator puts it there. */
    Optional<Target> target();

    /**
     * LiveKit's nodes, {@code http} or {@code https}: each URL stands for every address (A and AAAA) of its host, such
     * as a headless service that lists the ready pods. Needed to rotate. Never a balancer's.
     */
    Optional<List<URI>> nodes();

    /** Fewer nodes than this prove nothing. */
    @WithDefault("1")
    int minNodes();

    /** How long one node may take to answer. */
    @WithDefault("5s")
    Duration nodeTimeout();

    /** PEM certificates that {@code https} nodes are checked against, instead of the platform's. */
    Optional<Path> nodesCa();

    /** Nodes are asked twice, this long apart. */
    @WithDefault("10s")
    Duration settle();

    /** How far apart the clocks of nodes, replicas, rotator and store may be. */
    @WithDefault("60s")
    Duration leeway();

    /** How long an agent's worker may go on with jobs on the key that it was started with. */
    @WithDefault("1h")
    Duration agentsDrain();

    /** The longest TTL of any token, if it is longer than that of every rule, or where there is no policy file. */
    Optional<Duration> longestTtl();

    /** Whether LiveKit is restarted once with the new key first before the old one goes. */
    @WithDefault("true")
    boolean reorder();

    /** How long LiveKit has the new key first before the old one goes; it signs refresh tokens every 5 minutes. */
    @WithDefault("10m")
    Duration reorderWait();

    /** How long a step may wait for LiveKit before someone has to look. */
    @WithDefault("30m")
    Duration lateAfter();

    /** The targets there are. */
    enum Target { NONE, VAULT, FILE, KUBERNETES }
}
