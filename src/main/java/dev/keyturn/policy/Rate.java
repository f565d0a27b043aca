package dev.keyturn.policy;

import java.time.Duration;

/**
 * How often something may happen: {@code count} times at once, refilled evenly over {@code period}.
 *
 * @param count  1 or more
 * @param period longer than zero
 */
public record Rate(int count, Duration period) {

    public Rate {
        if (count < 1 || period.isNegative() || period.isZero()) {
            throw new IllegalArgumentException("a rate is at least 1 in a time longer than zero");
        }
    }
}
