package dev.keyturn.tokens;

import dev.keyturn.policy.Policy;
import dev.keyturn.policy.PolicyException;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** The policy that this program decides by: the file it was given, or in development everything, or else nothing. */
class Rules {

    private static final Logger LOG = Logger.getLogger(Rules.class);

    @Produces
    @Singleton
    Policy policy(PolicyConfig config,
            @ConfigProperty(name = "keyturn.callers.anonymous", defaultValue = "false") boolean anonymous,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving) {
        if (config.file().isPresent()) {
            var policy = read(config.file().get(), config);
            if (serving) { // of the commands only 'policy' decides by it, and says them itself
                policy.warnings().forEach(LOG::warn);
            }
            return policy;
        }
        if (LaunchMode.current() != LaunchMode.NORMAL) {
            return Policy.development();
        }
        if (anonymous) {
            throw new ConfigurationException("keyturn.callers.anonymous lets in callers without a bearer token, but no"
                    + " rule says what they may do: set keyturn.policy.file (docs/policy.md), or leave it off");
        }
        LOG.warn("There is no keyturn.policy.file, so nobody gets a token (docs/policy.md)");
        return Policy.NOTHING;
    }

    private static Policy read(Path file, PolicyConfig config) {
        try {
            var hashKey = config.hashKey().map(key -> key.getBytes(StandardCharsets.UTF_8)).orElse(new byte[0]);
            var policy = Policy.read(file.toString(), Files.readString(file), hashKey);
            var rules = policy.ruleNames().size();
            LOG.infof("The policy %s has %d %s, and %d for credentials", file, rules, rules == 1 ? "rule" : "rules",
                    policy.credentialsRuleNames().size());
            return policy;
        } catch (PolicyException e) {
            throw new ConfigurationException("The policy has mistakes:\n" + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("keyturn.policy.hash-key: " + e.getMessage());
        } catch (IOException e) {
            throw new ConfigurationException("keyturn.policy.file: " + file + " cannot be read ("
                    + e.getClass().getSimpleName() + ")");
        }
    }
}
