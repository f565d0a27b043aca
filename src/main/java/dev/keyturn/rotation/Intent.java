package dev.keyturn.rotation;

import dev.keyturn.keys.ApiKey;
import java.util.Optional;

/**
 * What is asked of one run.
 *
 * @param now         stage a new key though the active one is not old enough
 * @param abort       give the staged key up
 * @param compromised a key that others may know: replace it and withdraw it as fast as proof allows
 * @param dryRun      look and ask, and change nothing
 */
public record Intent(boolean now, boolean abort, Optional<ApiKey> compromised, boolean dryRun) {

    /** What is due, and no more. */
    public static final Intent DUE = new Intent(false, false, Optional.empty(), false);
}
