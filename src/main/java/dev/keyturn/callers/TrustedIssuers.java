package dev.keyturn.callers;

import dev.keyturn.callers.InvalidBearerException.Reason;
import java.util.HashMap;
import java.util.Map;

/** All trusted issuers: the allow-list in which a token's {@code iss} is looked up (RFC 8725 section 3.8). */
final class TrustedIssuers {

    private final Map<String, TrustedIssuer> issuers = new HashMap<>();
    private final CallersMetrics metrics;

    /** @param issuers by their {@code iss} */
    TrustedIssuers(Map<String, TrustedIssuer> issuers, CallersMetrics metrics) {
        this.issuers.putAll(issuers);
        this.metrics = metrics;
        issuers.values().forEach(issuer -> metrics.watch(issuer.name(), issuer.keys()));
    }

    /** Verifies a bearer token, without ever waiting for a network. */
    VerifiedBearer verify(String bearer) throws InvalidBearerException {
        TrustedIssuer issuer = null;
        try {
            var unverified = UnverifiedBearer.read(bearer);
            issuer = issuers.get(unverified.issuer());
            if (issuer == null) {
                throw new InvalidBearerException(Reason.ISSUER);
            }
            var verified = issuer.verify(unverified);
            metrics.accepted(issuer.name());
            return verified;
        } catch (InvalidBearerException e) {
            metrics.refused(issuer == null ? CallersMetrics.NO_ISSUER : issuer.name(), e.reason());
            throw e;
        }
    }
}
