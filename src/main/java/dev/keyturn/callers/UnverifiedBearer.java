package dev.keyturn.callers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.keyturn.callers.InvalidBearerException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.consumer.JwtContext;

/**
 * A bearer token taken apart, and nothing in it believed yet: a JWS in compact serialization (RFC 7515 section 3.1).
 *
 * <p>Read strictly: nothing but base64url, UTF-8, and JSON in which no name occurs twice, in the header and at every
 * depth of the claims. jose4j looks at the claims, but does not parse: that cost it half as much as an RSA signature.
 */
final class UnverifiedBearer {

    /** In characters; a bearer token is ASCII. */
    static final int LONGEST = 16 * 1024;

    /** A header that brings its own key, changes what is signed, or asks for an extension: none is ever needed. */
    private static final List<String> REFUSED_HEADERS = List.of("b64", "crit", "jku", "jwk", "x5c", "x5u");

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    // read without recursion; FrozenClaims says which depth is too much
                    .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(LONGEST).build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final String bearer;
    private final Map<?, ?> header;
    private final JwtClaims claims = new JwtClaims();
    private final int lastDot;

    private UnverifiedBearer(String bearer, int dot, int lastDot) throws IOException {
        this.bearer = bearer;
        this.header = object(bearer.substring(0, dot));
        object(bearer.substring(dot + 1, lastDot)).forEach((name, value) -> claims.setClaim((String) name, value));
        this.lastDot = lastDot;
    }

    static UnverifiedBearer read(String bearer) throws InvalidBearerException {
        if (bearer.length() > LONGEST) {
            throw new InvalidBearerException(Reason.TOO_LONG);
        }
        var dot = bearer.indexOf('.');
        var lastDot = bearer.lastIndexOf('.');
        if (dot == lastDot || bearer.indexOf('.', dot + 1) != lastDot || bearer.indexOf('=') >= 0) {
            throw new InvalidBearerException(Reason.MALFORMED);
        }
        try {
            var unverified = new UnverifiedBearer(bearer, dot, lastDot);
            if (REFUSED_HEADERS.stream().anyMatch(name -> unverified.header.get(name) != null)) {
                throw new InvalidBearerException(Reason.HEADER);
            }
            return unverified;
        } catch (IOException | RuntimeException e) {
            throw new InvalidBearerException(Reason.MALFORMED); // without its cause, which quotes the token
        }
    }

    /** The {@code iss}; null if there is none, or if it is no text. */
    String issuer() {
        return claims.getClaimValue("iss") instanceof String issuer ? issuer : null;
    }

    /**
     * A header parameter that is text wherever it is defined, such as {@code alg}, {@code kid}, {@code typ}; null if
     * absent.
     */
    String header(String name) throws InvalidBearerException {
        var value = header.get(name);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        throw new InvalidBearerException(Reason.MALFORMED);
    }

    /** Whether it has a signature at all. */
    boolean isSigned() {
        return lastDot < bearer.length() - 1;
    }

    /** Whether it was signed with the private half of a key; {@code algorithm} is not taken from the token. */
    boolean isSigned(SignatureVerifier verifier, SigningAlgorithm algorithm) {
        try {
            var signature = Base64.getUrlDecoder().decode(bearer.substring(lastDot + 1));
            var signed = bearer.substring(0, lastDot).getBytes(StandardCharsets.US_ASCII);
            return verifier.verifies(signature, signed, algorithm);
        } catch (RuntimeException e) {
            return false; // it is no base64url, or nothing that this algorithm could have made
        }
    }

    /** For a {@link org.jose4j.jwt.consumer.JwtConsumer} that looks at the claims alone. */
    JwtContext context() {
        return new JwtContext(bearer, claims, List.of());
    }

    private static Map<?, ?> object(String part) throws IOException {
        var json = ByteBuffer.wrap(Base64.getUrlDecoder().decode(part));
        // the decoder reports what is no UTF-8; given bytes, the parser would guess at UTF-16 and UTF-32, too
        return (Map<?, ?>) JSON.readValue(StandardCharsets.UTF_8.newDecoder().decode(json).toString(), Object.class);
    }
}
