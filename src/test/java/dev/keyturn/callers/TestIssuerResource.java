package dev.keyturn.callers;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.time.Clock;
import java.util.Map;

/**
 * A {@link TestIssuer} for {@code @QuarkusTest}s, trusted under the name {@code test}: annotate the test with
 * {@code @QuarkusTestResource(TestIssuerResource.class)}, and a field of type {@link TestIssuer} is filled in.
 */
public final class TestIssuerResource implements QuarkusTestResourceLifecycleManager {

    private TestIssuer issuer;

    @Override
    public Map<String, String> start() {
        issuer = TestIssuer.start("https://issuer.test", "ES256", Clock.systemUTC());
        return issuer.settings("test");
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(issuer, new TestInjector.MatchesType(TestIssuer.class));
    }

    @Override
    public void stop() {
        if (issuer != null) {
            issuer.close();
        }
    }
}
