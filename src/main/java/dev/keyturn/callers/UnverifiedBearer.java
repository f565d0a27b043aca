package dev.keyturn.callers;

import dev.keyturn.callers.InvalidBearerException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtContext;
import org.jose4j.lang.JoseException;

/**
 * A bearer token taken apart, and nothing in it believed yet: a JWS in compact serialization (RFC 7515 section 3.1).
 *
 * <p>jose4j parses; it refuses a name that occurs twice, in the header and at every depth of the claims. Checked before
 * and around it is where it is lenient: it skips characters outside base64url, replaces broken UTF-8, and honours
 * {@code b64} even where it is not critical.
 */
final class UnverifiedBearer {

    /** In characters; a bearer token is ASCII. */
    static final int LONGEST = 16 * 1024;

    private static final Pattern THREE_PARTS = Pattern.compile("[A-Za-z0-9_-]++\\.[A-Za-z0-9_-]++\\.[A-Za-z0-9_-]*+");

    /** A header that brings its own key, changes what is signed, or asks for an extension: none is ever needed. */
    private static final List<String> REFUSED_HEADERS = List.of("b64", "crit", "jku", "jwk", "x5c", "x5u");

    private final String bearer;
    private final JsonWebSignature jws;
    private final JwtClaims claims;

    private UnverifiedBearer(String bearer, JsonWebSignature jws, JwtClaims claims) {
        this.bearer = bearer;
        this.jws = jws;
        this.claims = claims;
    }

    static UnverifiedBearer read(String bearer) throws InvalidBearerException {
        if (bearer.length() > LONGEST) {
            throw new InvalidBearerException(Reason.TOO_LONG);
        }
        if (!THREE_PARTS.matcher(bearer).matches()) {
            throw new InvalidBearerException(Reason.MALFORMED);
        }
        try {
            requireUtf8(Base64.getUrlDecoder().decode(bearer.substring(0, bearer.indexOf('.'))));
            var jws = new JsonWebSignature();
            jws.setCompactSerialization(bearer);
            for (var name : REFUSED_HEADERS) {
                if (jws.getObjectHeader(name) != null) {
                    throw new InvalidBearerException(Reason.HEADER);
                }
            }
            requireUtf8(jws.getUnverifiedPayloadBytes());
            return new UnverifiedBearer(bearer, jws, JwtClaims.parse(jws.getUnverifiedPayload()));
        } catch (JoseException | InvalidJwtException | CharacterCodingException | RuntimeException e) {
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
        var value = jws.getObjectHeader(name);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        throw new InvalidBearerException(Reason.MALFORMED);
    }

    boolean isSigned() {
        return !bearer.endsWith(".");
    }

    /** For the second pass of a {@link org.jose4j.jwt.consumer.JwtConsumer}, which then need not parse again. */
    JwtContext context() {
        return new JwtContext(bearer, claims, List.of(jws));
    }

    private static void requireUtf8(byte[] text) throws CharacterCodingException {
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)); // reports, unlike new String
    }
}
