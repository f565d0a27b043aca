package dev.keyturn.tokens;

import dev.keyturn.TestClock;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** In place of the system's clock, where a test's profile enables it. */
@Alternative
@Singleton
public class TurnableClock {

    @Produces
    @Singleton
    Clock clock() {
        return new TestClock();
    }
}
