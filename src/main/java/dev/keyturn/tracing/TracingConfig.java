package dev.keyturn.tracing;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** Where spans go, and how many. */
@ConfigMapping(prefix = "keyturn.tracing")
public interface TracingConfig {

    /**
     * A collector that takes OTLP over HTTP ({@code http://collector:4318}); {@code /v1/traces} is added. Without it
     * nothing is traced.
     */
    Optional<URI> endpoint();

    /** How many of the traces that begin here are recorded, 0 to 1. For others the caller has decided. */
    @WithDefault("1")
    double ratio();

    /** PEM certificates of the authorities that the collector's is checked against, instead of the platform's. */
    Optional<Path> caFile();
}
