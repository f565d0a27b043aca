package dev.keyturn.keys;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/** Ready means: there is a ring, and it is fresh enough to sign with. Whether the store answers is another matter. */
@Readiness
@Startup
@Singleton
class RingReadiness implements HealthCheck {

    private final LiveRing ring;

    RingReadiness(LiveRing ring) {
        this.ring = ring;
    }

    @Override
    public HealthCheckResponse call() {
        var answer = HealthCheckResponse.named("key ring");
        try {
            var current = ring.current();
            return answer.up()
                    .withData("version", current.version())
                    .withData("active", current.active().key().value())
                    .withData("age_seconds", ring.age().orElseThrow().toSeconds())
                    .build();
        } catch (RingUnavailableException e) {
            return answer.down().withData("problem", e.getMessage()).build();
        }
    }
}
