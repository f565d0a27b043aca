package dev.keyturn;

import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.keys.RingConfig;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.policy.Policy;
import dev.keyturn.rotation.KeyFileTarget;
import dev.keyturn.rotation.Nodes;
import dev.keyturn.rotation.Probe;
import dev.keyturn.rotation.RotationConfig;
import dev.keyturn.rotation.RotationConfig.Target;
import dev.keyturn.rotation.RotationSettings;
import dev.keyturn.rotation.Rotator;
import dev.keyturn.rotation.StatusReader;
import dev.keyturn.tokens.PolicyConfig;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The rotation's parts, put together from the rooms that do not know each other. */
class RotationSetup {

    /**
     * @throws ConfigurationException if a command does not know how long a token may live: a retired key would go too
     *                                soon
     */
    @Produces
    @Singleton
    RotationSettings settings(RotationConfig config, RingConfig ring, PolicyConfig policyConfig,
            Instance<Policy> policy,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving) {
        if (!serving && policyConfig.file().isEmpty() && config.longestTtl().isEmpty()) {
            throw new ConfigurationException("how long a retired key has to be accepted depends on the longest TTL of"
                    + " any token: set keyturn.policy.file to the policy that the servers have, or"
                    + " keyturn.rotation.longest-ttl");
        }
        positive("period", config.period());
        positive("late-after", config.lateAfter());
        if (config.minNodes() < 1) {
            throw new ConfigurationException("keyturn.rotation.min-nodes is " + config.minNodes() + ": at least 1");
        }
        var ofPolicy = serving || policyConfig.file().isPresent() ? policy.get().longestTtl() : Duration.ZERO;
        var longestTtl = config.longestTtl().filter(ttl -> ttl.compareTo(ofPolicy) > 0).orElse(ofPolicy);
        return new RotationSettings(config.period(), ring.maxStaleness(), longestTtl, config.leeway(),
                config.agentsDrain(), config.settle(), config.reorder(), config.reorderWait(), config.minNodes(),
                config.lateAfter());
    }

    private static void positive(String name, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new ConfigurationException("keyturn.rotation." + name + " is " + value + ": it must be positive");
        }
    }

    @Produces
    @Singleton
    Probe probe(Nodes nodes, Clock clock) {
        return new Probe(nodes, clock);
    }

    @Produces
    @Singleton
    Rotator rotator(Instance<KeyRingStore> store, Instance<KeyFileTarget> target, RotationConfig config, Probe probe,
            RotationSettings settings, Clock clock) {
        if (config.nodes().isEmpty()) {
            throw new ConfigurationException("keyturn.rotation.nodes is not set: without LiveKit's nodes no key can be"
                    + " proven. Example: KEYTURN_ROTATION_NODES=http://livekit-nodes:7880, a name of all of them");
        }
        var random = new SecureRandom();
        // between the two times that the nodes are asked
        return new Rotator(store.get(), target(config, target), probe, settings,
                now -> SigningKey.generate(random, now), clock, time -> Thread.sleep(time.toMillis()));
    }

    @Produces
    @Singleton
    StatusReader status(Instance<KeyRingStore> store, Instance<KeyFileTarget> target, RotationConfig config,
            Probe probe, RotationSettings settings, Clock clock) {
        return new StatusReader(store.get(), target(config, target), probe, settings, clock);
    }

    private static Optional<KeyFileTarget> target(RotationConfig config, Instance<KeyFileTarget> target) {
        return config.target().filter(name -> name != Target.NONE).map(name -> target.get());
    }
}
