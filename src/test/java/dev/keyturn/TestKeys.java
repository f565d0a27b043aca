package dev.keyturn;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.ApiSecret;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.SigningKey;
import java.time.Instant;

/** Keys and rings that are the same in every run. */
public final class TestKeys {

    private TestKeys() {}

    /** The secret of {@code name}, another one for each. */
    public static String secretOf(String name) {
        return "canary-" + "x".repeat(32) + "-" + name;
    }

    public static SigningKey staged(String name, Instant now) {
        return SigningKey.staged(new ApiKey(name), ApiSecret.of(secretOf(name)), now);
    }

    public static SigningKey staged(String name) {
        return staged(name, TestClock.START);
    }

    /** A ring in which this key signs. */
    public static KeyRing ring(String name) {
        return KeyRing.first(staged(name), TestClock.START);
    }

    /** One key of each state: APIold RETIRING, APInow ACTIVE, APInew STAGED, at version 4. */
    public static KeyRing ringOfThree() {
        return ring("APIold")
                .stage(staged("APInow"))
                .promote(new ApiKey("APInow"), TestClock.START.plusSeconds(60))
                .stage(staged("APInew", TestClock.START.plusSeconds(120)));
    }
}
