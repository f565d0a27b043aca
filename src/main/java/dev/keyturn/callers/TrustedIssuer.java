package dev.keyturn.callers;

import static java.util.stream.Collectors.toUnmodifiableSet;

import dev.keyturn.callers.InvalidBearerException.Reason;
import dev.keyturn.policy.Caller;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;

/** An issuer whose tokens are believed, if they pass everything that RFC 8725 asks for. */
final class TrustedIssuer {

    /** The last second of the year 9999; beyond it an {@code exp} is a mistake, and arithmetic may overflow. */
    private static final long LATEST_EXPIRY = 253_402_300_799L;
    /** What an access token may call itself unless the configuration says otherwise (RFC 7519, RFC 9068). */
    private static final Set<String> USUAL_TYPES = Set.of("jwt", "at+jwt");

    private final String name;
    private final CallersConfig.IssuerConfig config;
    private final Set<SigningAlgorithm> algorithms;
    private final IssuerKeys keys;
    private final Clock clock;

    TrustedIssuer(String name, CallersConfig.IssuerConfig config, IssuerKeys keys, Clock clock) {
        this.name = name;
        this.config = config;
        this.algorithms = algorithms(config);
        this.keys = keys;
        this.clock = clock;
    }

    static Set<SigningAlgorithm> algorithms(CallersConfig.IssuerConfig config) {
        return config.algorithms().stream().map(alg -> SigningAlgorithm.named(alg).orElseThrow())
                .collect(toUnmodifiableSet());
    }

    /** As the configuration calls it. */
    String name() {
        return name;
    }

    IssuerKeys keys() {
        return keys;
    }

    /** Verifies a token that says it is of this issuer. Everything cheap comes before the signature. */
    VerifiedBearer verify(UnverifiedBearer bearer) throws InvalidBearerException {
        var algorithm = SigningAlgorithm.named(bearer.header("alg")).filter(algorithms::contains)
                .orElseThrow(() -> new InvalidBearerException(Reason.ALGORITHM));
        if (!isTypeAccepted(bearer.header("typ"))) {
            throw new InvalidBearerException(Reason.TYPE);
        }
        if (!bearer.isSigned()) {
            throw new InvalidBearerException(Reason.SIGNATURE);
        }
        var key = key(bearer.header("kid"), algorithm);
        if (!bearer.isSigned(key.verifier(), algorithm)) {
            throw new InvalidBearerException(Reason.SIGNATURE);
        }
        var context = bearer.context();
        try {
            consumer().processContext(context);
            var claims = context.getJwtClaims();
            var expiry = claims.getExpirationTime().getValue();
            if (expiry > LATEST_EXPIRY) {
                throw new InvalidBearerException(Reason.CLAIMS);
            }
            var caller = new Caller(config.issuer(), FrozenClaims.of(claims.getClaimsMap()));
            return new VerifiedBearer(caller, Instant.ofEpochSecond(expiry).plus(config.leeway()), key, keys);
        } catch (InvalidJwtException e) {
            throw new InvalidBearerException(reason(e)); // without its cause, which quotes the token
        } catch (MalformedClaimException e) {
            throw new InvalidBearerException(Reason.CLAIMS);
        }
    }

    private VerificationKey key(String kid, SigningAlgorithm algorithm) throws InvalidBearerException {
        var current = keys.current();
        if (current.isEmpty()) {
            throw new InvalidBearerException(Reason.KEYS_UNAVAILABLE);
        }
        var key = current.find(kid, algorithm);
        if (key.isEmpty()) {
            keys.fetchSoon();
            throw new InvalidBearerException(Reason.KEY);
        }
        return key.get();
    }

    /** For the claims of one token whose signature is good: it costs little, and takes the time from our clock. */
    private JwtConsumer consumer() {
        var leeway = (int) config.leeway().toSeconds();
        return new JwtConsumerBuilder()
                .setSkipSignatureVerification()
                .setDisableRequireSignature()
                .setExpectedIssuer(true, config.issuer())
                .setExpectedAudience(true, config.audiences().toArray(String[]::new))
                .setRequireExpirationTime()
                .setIssuedAtRestrictions(0, Integer.MAX_VALUE)
                .setAllowedClockSkewInSeconds(leeway)
                .setEvaluationTime(NumericDate.fromSeconds(clock.instant().getEpochSecond()))
                .build();
    }

    /** RFC 7515 section 4.1.9: media types, in either case, usually without their {@code application/}. */
    private boolean isTypeAccepted(String typ) {
        if (config.type().isPresent()) {
            return typ != null && shortType(typ).equals(shortType(config.type().get()));
        }
        return typ == null || USUAL_TYPES.contains(shortType(typ));
    }

    private static String shortType(String typ) {
        var lower = typ.toLowerCase(Locale.ROOT);
        return lower.startsWith("application/") ? lower.substring("application/".length()) : lower;
    }

    private static Reason reason(InvalidJwtException e) {
        for (var error : e.getErrorDetails()) {
            switch (error.getErrorCode()) {
                case ErrorCodes.AUDIENCE_MISSING, ErrorCodes.AUDIENCE_INVALID:
                    return Reason.AUDIENCE;
                case ErrorCodes.ISSUER_MISSING, ErrorCodes.ISSUER_INVALID:
                    return Reason.ISSUER;
                case ErrorCodes.EXPIRED:
                    return Reason.EXPIRED;
                case ErrorCodes.EXPIRATION_MISSING:
                    return Reason.EXPIRY_MISSING;
                case ErrorCodes.NOT_YET_VALID, ErrorCodes.ISSUED_AT_INVALID_FUTURE:
                    return Reason.NOT_YET_VALID;
                default:
                    continue;
            }
        }
        return Reason.CLAIMS;
    }
}
