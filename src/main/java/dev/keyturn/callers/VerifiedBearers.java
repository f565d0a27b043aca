package dev.keyturn.callers;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.keyturn.policy.Caller;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;

/**
 * The bearer tokens that were verified lately, for verifying one costs some hundred times as much as finding it here.
 *
 * <p>An entry is found by the token's SHA-256, so that no token is kept. It never outlives the token's {@code exp} and
 * leeway, nor the key it was signed with: both are looked at on every hit. Refused tokens are not remembered, so a
 * flood of them costs no memory; a flood of good ones pushes others out.
 */
final class VerifiedBearers {

    /** A token of this many characters, begun or whole, counts as one entry. Claims take the memory, not tokens. */
    private static final int CHARACTERS_PER_ENTRY = 2048;

    private record Entry(VerifiedBearer bearer, int weight) {
    }

    private final TrustedIssuers issuers;
    private final CallersMetrics metrics;
    private final Clock clock;
    private final Cache<ByteBuffer, Entry> entries;

    VerifiedBearers(TrustedIssuers issuers, int size, CallersMetrics metrics, Clock clock) {
        this.issuers = issuers;
        this.metrics = metrics;
        this.clock = clock;
        this.entries = Caffeine.newBuilder()
                .maximumWeight(size)
                .weigher((ByteBuffer hash, Entry entry) -> entry.weight())
                .expireAfter(Expiry.creating((ByteBuffer hash, Entry entry) ->
                        Duration.between(clock.instant(), entry.bearer().until())))
                .ticker(() -> Duration.ofMillis(clock.millis()).toNanos())
                .executor(Runnable::run)
                .build();
        metrics.watchCache(this::size);
    }

    Caller verify(String bearer) throws InvalidBearerException {
        if (bearer.length() > UnverifiedBearer.LONGEST) {
            return issuers.verify(bearer).caller(); // refuses it; not worth a hash
        }
        var hash = sha256(bearer);
        var known = entries.getIfPresent(hash);
        if (known != null && known.bearer().holdsAt(clock.instant())) {
            metrics.cacheHit();
            return known.bearer().caller();
        }
        metrics.cacheMiss();
        if (known != null) {
            entries.invalidate(hash);
        }
        var verified = issuers.verify(bearer);
        entries.put(hash, new Entry(verified, 1 + (bearer.length() - 1) / CHARACTERS_PER_ENTRY));
        return verified.caller();
    }

    /** How many there are, once those that no longer count have been cleared away. */
    long size() {
        entries.cleanUp();
        return entries.estimatedSize();
    }

    private static ByteBuffer sha256(String bearer) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            return ByteBuffer.wrap(digest.digest(bearer.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
