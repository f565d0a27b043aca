package dev.keyturn.policy;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Who asks: the verified claims of a bearer token, or nobody in particular.
 *
 * @param issuer the {@code iss} of a trusted issuer; empty for an anonymous caller
 * @param claims all claims of the bearer token, as text, numbers, booleans, lists and maps
 */
public record Caller(String issuer, Map<String, Object> claims) {

    /** Someone who showed no bearer token at all. */
    public static final Caller ANONYMOUS = new Caller("", Map.of());

    public Caller {
        Objects.requireNonNull(issuer, "issuer");
        claims = Collections.unmodifiableMap(new HashMap<>(claims)); // unlike Map.copyOf, it lets a claim be null
    }

    public boolean isAnonymous() {
        return issuer.isEmpty();
    }

    /** The {@code sub} of the bearer token; empty if it has none. */
    public String subject() {
        return claims.get("sub") instanceof String subject ? subject : "";
    }
}
