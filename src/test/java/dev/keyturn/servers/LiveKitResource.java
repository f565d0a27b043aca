package dev.keyturn.servers;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager.TestInjector.MatchesType;
import java.util.Map;

/**
 * A real LiveKit for a Quarkus test, that accepts {@value #KEY}; {@code keyturn.livekit.url} is its address for
 * clients. Fields of the test of type {@link LiveKitServer} are set.
 */
public final class LiveKitResource implements QuarkusTestResourceLifecycleManager {

    public static final String KEY = "APIkeyturnTest1";
    public static final String SECRET = "a-secret-that-only-tests-use-0123456789abc";

    private LiveKitServer livekit;

    @Override
    public Map<String, String> start() {
        livekit = LiveKitServer.start(Map.of(KEY, SECRET));
        return Map.of("keyturn.livekit.url", livekit.wsUrl());
    }

    @Override
    public void inject(TestInjector test) {
        test.injectIntoFields(livekit, new MatchesType(LiveKitServer.class));
    }

    @Override
    public void stop() {
        if (livekit != null) {
            livekit.stop();
        }
    }
}
