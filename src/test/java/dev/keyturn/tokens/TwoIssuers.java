package dev.keyturn.tokens;

import dev.keyturn.callers.TestIssuer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/**
 * The issuers of {@link FuzzRules}, their keys in files so that they are known at once, and its policy. An array of
 * issuers in the test is filled in.
 */
public final class TwoIssuers implements QuarkusTestResourceLifecycleManager {

    private TestIssuer[] issuers;

    @Override
    public Map<String, String> start() {
        issuers = new TestIssuer[] {TestIssuer.start(FuzzRules.A, "RS256", Clock.systemUTC()),
            TestIssuer.start(FuzzRules.B, "EdDSA", Clock.systemUTC())};
        try {
            var folder = Files.createTempDirectory(Path.of("target"), "two-issuers");
            var settings = new HashMap<>(issuers[0].settings("a", folder));
            settings.putAll(issuers[1].settings("b", folder));
            var policy = Files.writeString(folder.resolve("policy.yaml"), FuzzRules.YAML);
            settings.put("keyturn.policy.file", policy.toString());
            return settings;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(issuers, new TestInjector.MatchesType(TestIssuer[].class));
    }

    @Override
    public void stop() {
        for (var issuer : issuers) {
            issuer.close();
        }
    }
}
