package dev.keyturn.rotation;

import java.time.Duration;

/** Waiting, for whoever has to: given, so that tests can turn the clock instead. */
@FunctionalInterface
public interface Pause {

    /** @throws InterruptedException if the thread is to end */
    void sleep(Duration time) throws InterruptedException;
}
