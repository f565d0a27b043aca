package dev.keyturn.callers;

import java.security.PublicKey;
import java.util.Objects;

/**
 * A public key of an issuer, as it was shown.
 *
 * @param kid      the key's name; null if it has none
 * @param alg      the only {@code alg} it is meant for (RFC 7517 section 4.4); null if it does not say
 * @param verifier the key itself, at work
 * @param pem      whether it came as PEM, which has no place for a name, so that it answers to every {@code kid}
 */
record VerificationKey(String kid, String alg, SignatureVerifier verifier, boolean pem) {

    VerificationKey {
        Objects.requireNonNull(verifier, "verifier");
    }

    /** @throws IllegalArgumentException if the key is broken */
    static VerificationKey ofJwk(String kid, String alg, PublicKey key) {
        return new VerificationKey(kid, alg, new SignatureVerifier(key), false);
    }

    /** @throws IllegalArgumentException if the key is broken */
    static VerificationKey ofPem(PublicKey key) {
        return new VerificationKey(null, null, new SignatureVerifier(key), true);
    }

    boolean fits(SigningAlgorithm algorithm) {
        return (alg == null || alg.equals(algorithm.name())) && algorithm.fits(verifier.key());
    }

    /** Whether a token that names {@code wanted}, or no key if null, may mean this one. */
    boolean answersTo(String wanted) {
        return wanted == null || pem || wanted.equals(kid);
    }
}
