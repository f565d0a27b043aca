package dev.keyturn.tokens;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Where LiveKit's webhooks are passed on to. */
@ConfigMapping(prefix = "keyturn.webhooks")
public interface WebhooksConfig {

    /** The receivers, by a name of your choice; the name is what logs and metrics call it. */
    Map<String, ReceiverConfig> receivers();

    /** An application that gets every event. Exactly one of {@code secret} and {@code secret-file} is set. */
    interface ReceiverConfig {

        /** Where events are posted to: {@code https}, or {@code http} in a network that can be trusted. */
        URI url();

        /**
         * The public name of the pair that events are signed with for this receiver: one that LiveKit does not have, so
         * that it opens no room. 1 to 128 characters of {@code A-Z a-z 0-9 . _ -}.
         */
        String key();

        /** The pair's secret, of at least 32 characters. */
        Optional<String> secret();

        /** A file with the secret, read at start. */
        Optional<Path> secretFile();

        /** PEM certificates of the authorities trusted for {@code url}, instead of the system's. Read at start. */
        Optional<Path> caFile();

        /** How long one try may take in all. From 100 milliseconds to 1 minute. */
        @WithDefault("5s")
        Duration timeout();

        /** For how long an event is tried again, counted from when it came. From 1 second to 1 day. */
        @WithDefault("5m")
        Duration giveUpAfter();

        /** How many events may wait; what comes beyond is dropped. From 1 to 100,000; and never more than 32 MiB. */
        @WithDefault("1000")
        int queueSize();
    }
}
