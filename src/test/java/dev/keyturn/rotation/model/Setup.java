package dev.keyturn.rotation.model;

import dev.keyturn.rotation.RotationSettings;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;

/** Who takes part in a history and how; drawn from its seed. The times are real ones, somewhat shorter. */
record Setup(long seed, Delivery delivery, int nodes, int minNodes, int replicas, int rotators, boolean reorder,
        boolean imported) {

    static final Duration PERIOD = Duration.ofHours(4);
    static final Duration MAX_STALENESS = Duration.ofHours(2);
    static final Duration TTL = Duration.ofMinutes(30);
    static final Duration AGENTS_DRAIN = Duration.ofHours(1);
    static final Duration LEEWAY = Duration.ofSeconds(60);

    /** How the key file comes to LiveKit. */
    enum Delivery {
        /** Keyturn has the nodes restarted, one by one. */
        RESTARTED,
        /** Something else sees the new file some time later and restarts them: Vault Agent, an operator of secrets. */
        LAGGING,
        /** A person puts it in place: there is no target. */
        BY_HAND
    }

    static Setup of(long seed) {
        var random = random(seed, "setup");
        var nodes = 1 + random.nextInt(4);
        var luck = random.nextInt(8);
        var delivery = luck == 0 ? Delivery.BY_HAND : luck < 4 ? Delivery.RESTARTED : Delivery.LAGGING;
        return new Setup(seed, delivery, nodes, 1 + random.nextInt(nodes), 1 + random.nextInt(4),
                2 + random.nextInt(2), random.nextInt(3) > 0, random.nextInt(4) == 0);
    }

    /** Luck that depends on nothing but the seed and what it is for, so that a shorter history has the same. */
    static Random random(long seed, Object... what) {
        var random = new Random(seed * 0x9E3779B97F4A7C15L + Objects.hash(what) * 0xBF58476D1CE4E5B9L);
        random.nextLong();
        return random;
    }

    /** @param period endless where nothing new is to begin */
    RotationSettings settings(Duration period) {
        return new RotationSettings(period, MAX_STALENESS, TTL, LEEWAY, AGENTS_DRAIN, Duration.ofSeconds(10), reorder,
                Duration.ofMinutes(10), minNodes, Duration.ofMinutes(30));
    }
}
