package dev.keyturn.tokens;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Tokens by rule and reason; see docs/metrics.md. No label holds a room, an identity or anything else of a request. */
@Singleton
class TokenMetrics {

    private final MeterRegistry registry;
    private final Map<String, Counter> issued = new ConcurrentHashMap<>();
    private final Map<Refused, Counter> refused = new ConcurrentHashMap<>();
    private final Counter unknownFields;
    private final Counter oversized;

    /** How long it takes to write and sign a token. */
    final Timer signing;

    private record Refused(String rule, String reason) {}

    TokenMetrics(MeterRegistry registry) {
        this.registry = registry;
        unknownFields = Counter.builder("keyturn.request.fields.unknown")
                .description("Fields of token requests that this version does not know")
                .register(registry);
        oversized = Counter.builder("keyturn.tokens.oversized")
                .description("Tokens over 4 KiB, which proxies may cut: they travel in a URL")
                .register(registry);
        signing = Timer.builder("keyturn.signing").description("Time to write and sign a token").register(registry);
    }

    void issued(String rule, int unknown, boolean isOversized) {
        issued.computeIfAbsent(rule, name -> Counter.builder("keyturn.tokens.issued")
                .description("Tokens issued by rule").tag("rule", name).register(registry)).increment();
        if (unknown > 0) {
            unknownFields.increment(unknown);
        }
        if (isOversized) {
            oversized.increment();
        }
    }

    /** @param result active, inactive or why there was no answer */
    void introspected(String result) {
        Counter.builder("keyturn.introspections").description("Questions about a token by what they came to")
                .tag("result", result).register(registry).increment();
    }

    void refused(String rule, String reason) {
        refused.computeIfAbsent(new Refused(rule, reason), key -> Counter.builder("keyturn.tokens.refused")
                .description("Token requests refused by rule and reason")
                .tag("rule", key.rule).tag("reason", key.reason).register(registry)).increment();
    }
}
