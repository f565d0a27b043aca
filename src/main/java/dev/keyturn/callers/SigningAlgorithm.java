package dev.keyturn.callers;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Optional;
import org.jose4j.keys.EllipticCurves;

/**
 * An asymmetric signature algorithm, named as in a token's {@code alg} (RFC 7518 section 3.1, RFC 8037).
 *
 * <p>There is deliberately no {@code none} and no HMAC here: what cannot be named cannot be configured.
 */
enum SigningAlgorithm {
    RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA;

    /** RFC 7518 sections 3.3 and 3.5. */
    private static final int SMALLEST_RSA_KEY_BITS = 2048;

    static Optional<SigningAlgorithm> named(String alg) {
        return Arrays.stream(values()).filter(algorithm -> algorithm.name().equals(alg)).findFirst();
    }

    /** Whether a key is of the type, curve and strength that this algorithm asks for. */
    boolean fits(PublicKey key) {
        return switch (this) {
            case RS256, RS384, RS512, PS256, PS384, PS512 ->
                key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() >= SMALLEST_RSA_KEY_BITS;
            case ES256 -> isOnCurve(key, EllipticCurves.P_256);
            case ES384 -> isOnCurve(key, EllipticCurves.P_384);
            case ES512 -> isOnCurve(key, EllipticCurves.P_521);
            case EdDSA -> key instanceof EdECPublicKey;
        };
    }

    private static boolean isOnCurve(PublicKey key, String curve) {
        return key instanceof ECPublicKey ec && curve.equals(EllipticCurves.getName(ec.getParams().getCurve()));
    }
}
