package dev.keyturn.callers;

import dev.keyturn.callers.InvalidBearerException.Reason;
import dev.keyturn.callers.KeysNotFetchedException.Kind;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** What the callers room shows. A label holds a name from the configuration or one of ours, never a part of a token. */
final class CallersMetrics {

    /** The {@code issuer} label of a token that no trusted issuer stands behind. */
    static final String NO_ISSUER = "none";

    private final MeterRegistry registry;
    private final Clock clock;
    private final Counter hits;
    private final Counter misses;

    CallersMetrics(MeterRegistry registry, Clock clock) {
        this.registry = registry;
        this.clock = clock;
        this.hits = cache("hit");
        this.misses = cache("miss");
    }

    void accepted(String issuer) {
        verified(issuer, "accepted");
    }

    void refused(String issuer, Reason reason) {
        verified(issuer, reason.label());
    }

    void cacheHit() {
        hits.increment();
    }

    void cacheMiss() {
        misses.increment();
    }

    void watchCache(Supplier<Number> size) {
        Gauge.builder("keyturn.bearer.cache.entries", size)
                .description("Verified bearer tokens remembered").register(registry);
    }

    void watch(String issuer, IssuerKeys keys) {
        Gauge.builder("keyturn.issuer.keys", keys, k -> k.current().size())
                .description("Usable keys that the issuer shows; 0 until they were fetched once")
                .tag("issuer", issuer).register(registry);
        Gauge.builder("keyturn.issuer.keys.age", keys, this::ageInSeconds)
                .description("Time since the issuer's keys were last fetched; NaN if never").baseUnit("seconds")
                .tag("issuer", issuer).register(registry);
        fetches(issuer, keys, "fetched", IssuerKeys::successes);
        for (var kind : Kind.values()) {
            fetches(issuer, keys, kind.label(), k -> k.failures(kind));
        }
    }

    private double ageInSeconds(IssuerKeys keys) {
        return keys.lastSuccess().map(then -> Duration.between(then, clock.instant()).toMillis() / 1000.0)
                .orElse(Double.NaN);
    }

    private void verified(String issuer, String outcome) {
        Counter.builder("keyturn.bearers.verified")
                .description("Bearer tokens verified, that is, not found in the cache")
                .tags("issuer", issuer, "outcome", outcome).register(registry).increment();
    }

    private Counter cache(String outcome) {
        return Counter.builder("keyturn.bearer.cache.lookups").description("Bearer tokens looked up in the cache")
                .tag("outcome", outcome).register(registry);
    }

    private void fetches(String issuer, IssuerKeys keys, String outcome, ToDoubleFunction<IssuerKeys> count) {
        FunctionCounter.builder("keyturn.issuer.fetches", keys, count).description("Fetches of the issuer's keys")
                .tags("issuer", issuer, "outcome", outcome).register(registry);
    }
}
