package dev.keyturn.keys;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Where the key ring is, and how fresh it has to be. */
@ConfigMapping(prefix = "keyturn.ring")
public interface RingConfig {

    /**
     * Where the ring is stored: {@code file} or {@code vault}. {@code development} is LiveKit's own public
     * {@code devkey}, so that {@code livekit-server --dev} works at once; production refuses to start with it.
     */
    @WithDefault("file")
    Store store();

    /** How often the ring is read again, in the background; each time 10 % sooner or later. */
    @WithDefault("30s")
    Duration refresh();

    /**
     * How long a ring may sign after the store confirmed it last; then readiness fails and tokens are refused with 503.
     * A retired key stays accepted by LiveKit for this long on top of everything else.
     */
    @WithDefault("12h")
    Duration maxStaleness();

    /** The stores there are. */
    enum Store { FILE, VAULT, DEVELOPMENT }
}
