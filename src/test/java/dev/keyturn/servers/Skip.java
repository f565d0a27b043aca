package dev.keyturn.servers;

import org.opentest4j.TestAbortedException;

/** What cannot be tried on a machine is skipped, loudly; with {@code CI=true} it fails. */
public final class Skip {

    private Skip() {}

    /** To be thrown by a test, or in its {@code @BeforeAll} for all of the class. */
    public static RuntimeException loudly(Class<?> test, String why) {
        if ("true".equals(System.getenv("CI"))) {
            return new IllegalStateException(why);
        }
        System.err.println("\n*** SKIPPED: " + test.getSimpleName() + ": " + why + "\n");
        return new TestAbortedException(why);
    }
}
