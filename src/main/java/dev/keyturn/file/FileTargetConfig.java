package dev.keyturn.file;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** LiveKit's key file on this machine, and how LiveKit is restarted. */
@ConfigMapping(prefix = "keyturn.rotation.file")
public interface FileTargetConfig {

    /** LiveKit's {@code key_file}, readable and writable by its owner only (mode 0600). */
    @WithDefault("/etc/livekit/keys.yaml")
    Path path();

    /** What restarts LiveKit: a program and its arguments, without a shell. Nothing is run if it is not set. */
    Optional<List<String>> command();

    /** How long that may run before it is ended. */
    @WithDefault("2m")
    Duration commandTimeout();
}
