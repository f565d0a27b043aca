package dev.keyturn.file;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;

/** The ring in a local file, for one machine without Vault. */
@ConfigMapping(prefix = "keyturn.ring.file")
public interface FileRingConfig {

    /** The file, readable and writable by its owner only (mode 0600). */
    @WithDefault("/var/lib/keyturn/ring.json")
    Path path();
}
