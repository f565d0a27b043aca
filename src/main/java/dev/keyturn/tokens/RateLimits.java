package dev.keyturn.tokens;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.keyturn.policy.Rate;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;

/**
 * How often each subject may have a token by a rule, counted in this replica: with n replicas a subject may have up to
 * n times as many. Bounded, so a flood of subjects costs the oldest ones their count and never the memory.
 */
@Singleton
class RateLimits {

    private static final int SUBJECTS = 100_000;

    private final Cache<Subject, Bucket> buckets = Caffeine.newBuilder().maximumSize(SUBJECTS).build();
    private final TimeMeter time;

    RateLimits(Clock clock) {
        time = new TimeMeter() {
            @Override
            public long currentTimeNanos() {
                return Math.multiplyExact(clock.millis(), 1_000_000);
            }

            @Override
            public boolean isWallClockBased() {
                return true;
            }
        };
    }

    private record Subject(String rule, String issuer, String who) {}

    /** Takes one from the subject's allowance; {@link Duration#ZERO}, or how long until there is one again. */
    Duration take(String rule, Rate rate, String issuer, String who) {
        var bucket = buckets.get(new Subject(rule, issuer, who), subject -> Bucket.builder()
                .addLimit(limit -> limit.capacity(rate.count()).refillGreedy(rate.count(), rate.period()))
                .withCustomTimePrecision(time)
                .build());
        return Duration.ofNanos(bucket.tryConsumeAndReturnRemaining(1).getNanosToWaitForRefill());
    }
}
