package dev.keyturn.kubernetes;

import dev.keyturn.servers.KubernetesServer;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A target as an operator configures it. */
final class TestTarget {

    static final String PREFIX = "keyturn.rotation.kubernetes.";

    private final Map<String, String> settings = new HashMap<>();

    /** Of the Secret {@code livekit-keys} and of {@code deployment/livekit-server} in this namespace. */
    static TestTarget in(String namespace) {
        return new TestTarget().with("namespace", namespace).with("secret", "livekit-keys")
                .with("workload", "deployment/livekit-server");
    }

    /** For this server, as the one whose token is in the file. */
    TestTarget at(KubernetesServer server, Path tokenFile) {
        return with("api-url", server.url()).with("ca-file", server.caFile().toString())
                .with("token-file", tokenFile.toString());
    }

    TestTarget with(String word, String value) {
        settings.put(PREFIX + word, value);
        return this;
    }

    TestTarget without(String word) {
        settings.remove(PREFIX + word);
        return this;
    }

    KubernetesTarget build() {
        return build(Map.of());
    }

    KubernetesTarget build(Map<String, String> environment) {
        var config = new SmallRyeConfigBuilder().addDiscoveredConverters().withMapping(KubernetesTargetConfig.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100)).build()
                .getConfigMapping(KubernetesTargetConfig.class);
        return new KubernetesTarget(new TargetSettings(config, environment));
    }

    static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
