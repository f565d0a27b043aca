package dev.keyturn.kubernetes;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The Secret that LiveKit's key file is delivered in, and what is restarted on it: see docs/kubernetes-target.md. */
@ConfigMapping(prefix = "keyturn.rotation.kubernetes")
public interface KubernetesTargetConfig {

    /** Where the Secret and the workload are; unless set, the namespace that Keyturn's own pod is in. */
    Optional<String> namespace();

    /** The Secret's name: the chart's {@code storeKeysInSecret.existingSecret}. Needed with this target. */
    Optional<String> secret();

    /** The Secret's entry: the chart's {@code livekit.key_file}. */
    @WithDefault("keys.yaml")
    String entry();

    /**
     * What runs LiveKit: {@code deployment/livekit-server}, or a {@code statefulset/} or {@code daemonset/}. Needed
     * with this target.
     */
    Optional<String> workload();

    /** The API server: {@code https}, or {@code http} on a loopback host; unless set, that of Keyturn's own pod. */
    Optional<URI> apiUrl();

    /** The bearer token for the API server; read at every call, for such tokens change. */
    @WithDefault("/var/run/secrets/kubernetes.io/serviceaccount/token")
    Path tokenFile();

    /** PEM certificates of the authorities trusted for the API server. Read at start. */
    @WithDefault("/var/run/secrets/kubernetes.io/serviceaccount/ca.crt")
    Path caFile();

    /** How long one call to the API server may take; looking takes two, a delivery two, a restart two. */
    @WithDefault("10s")
    Duration timeout();
}
