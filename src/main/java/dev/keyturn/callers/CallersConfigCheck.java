package dev.keyturn.callers;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What a type cannot say about a configuration. Every refusal is one sentence that begins with the property's name. */
final class CallersConfigCheck {

    private static final String PREFIX = "keyturn.callers.";
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private CallersConfigCheck() {
    }

    /** @throws ConfigurationException if nothing should start with this */
    static void check(CallersConfig config) {
        require(config.cacheSize() >= 1 && config.cacheSize() <= 1_000_000,
                PREFIX + "cache-size", "must be 1 to 1000000");
        var seen = new HashMap<String, String>();
        for (var entry : config.issuers().entrySet()) {
            var prefix = PREFIX + "issuers." + entry.getKey() + ".";
            check(prefix, entry.getValue());
            require(!entry.getKey().equals(CallersMetrics.NO_ISSUER), PREFIX + "issuers." + entry.getKey(),
                    "cannot be called \"none\": that is what metrics call the issuer of an untrusted token");
            var twin = seen.put(entry.getValue().issuer(), entry.getKey());
            require(twin == null, prefix + "issuer", "is the iss of issuer \"" + twin + "\" too; give each its own");
        }
    }

    private static void check(String prefix, CallersConfig.IssuerConfig issuer) {
        require(!issuer.issuer().isBlank(), prefix + "issuer", "must be the exact iss of the issuer's tokens");
        require(!issuer.audiences().isEmpty() && issuer.audiences().stream().noneMatch(String::isBlank),
                prefix + "audiences", "must name at least one audience, or tokens for other services would do here");
        checkAlgorithms(prefix, issuer);
        checkKeys(prefix, issuer);
        require(issuer.type().isEmpty() || !issuer.type().get().isBlank(), prefix + "type", "must not be blank");
        between(issuer.leeway(), Duration.ZERO, Duration.ofMinutes(5), prefix + "leeway");
        require(issuer.leeway().toNanosPart() == 0, prefix + "leeway", "must be whole seconds");
        between(issuer.refresh(), Duration.ofSeconds(10), Duration.ofDays(1), prefix + "refresh");
        between(issuer.timeout(), Duration.ofMillis(100), Duration.ofMinutes(1), prefix + "timeout");
    }

    private static void checkAlgorithms(String prefix, CallersConfig.IssuerConfig issuer) {
        require(!issuer.algorithms().isEmpty(), prefix + "algorithms", "must name at least one algorithm");
        for (var alg : issuer.algorithms()) {
            var lower = alg.toLowerCase(Locale.ROOT);
            require(!lower.equals("none"), prefix + "algorithms", "must not be none: unsigned tokens are anybody's");
            require(!lower.startsWith("hs"), prefix + "algorithms", "must not be " + alg
                    + ": who can verify an HMAC can make one, so an issuer of bearer tokens signs asymmetrically");
            require(SigningAlgorithm.named(alg).isPresent(), prefix + "algorithms", "does not know " + alg
                    + "; there are RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 and EdDSA");
        }
    }

    private static void checkKeys(String prefix, CallersConfig.IssuerConfig issuer) {
        var url = issuer.jwksUrl();
        require(url.isPresent() || issuer.publicKeyFile().isPresent(), prefix + "jwks-url",
                "is missing, and so is public-key-file: one of them must say where the issuer's keys are");
        require(url.isEmpty() || issuer.publicKeyFile().isEmpty(), prefix + "jwks-url",
                "and public-key-file are both set: only one of them can say where the issuer's keys are");
        url.ifPresent(uri -> checkUrl(prefix + "jwks-url", uri));
        for (var extra : Map.of("ca-file", issuer.caFile(), "bearer-file", issuer.bearerFile()).entrySet()) {
            require(extra.getValue().isEmpty() || url.isPresent(), prefix + extra.getKey(),
                    "is for fetching keys from a jwks-url, and there is none");
        }
    }

    private static void checkUrl(String property, URI url) {
        require(url.getHost() != null && url.getUserInfo() == null && url.getFragment() == null, property,
                "must be like https://issuer.example/keys, without credentials or a fragment");
        var loopback = LOOPBACK.contains(url.getHost().toLowerCase(Locale.ROOT));
        var https = "https".equalsIgnoreCase(url.getScheme());
        require(https || loopback && "http".equalsIgnoreCase(url.getScheme()), property,
                "must be https: whoever could change these keys on their way could sign as anybody"
                        + " (http is for loopback hosts only)");
    }

    private static void between(Duration value, Duration least, Duration most, String property) {
        require(value.compareTo(least) >= 0 && value.compareTo(most) <= 0, property, "must be "
                + least.toString().substring(2).toLowerCase(Locale.ROOT) + " to " + most.toSeconds() + "s");
    }

    private static void require(boolean holds, String property, String sentence) {
        if (!holds) {
            throw new ConfigurationException(property + " " + sentence, Set.of(property));
        }
    }
}
