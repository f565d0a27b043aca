package dev.keyturn.callers;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import org.bouncycastle.crypto.CipherParameters;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.Signer;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.DSADigestSigner;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.signers.PlainDSAEncoding;
import org.jose4j.jca.ProviderContext;
import org.jose4j.jwa.AlgorithmFactoryFactory;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;

/**
 * Verifies what was signed with the private half of a key. BouncyCastle does it for the elliptic curves in use, for it
 * takes a tenth of the JDK's time (docs/decisions/0016); for all else the JDK does, as jose4j asks it to.
 *
 * <p>Of equal keys it is equal.
 */
final class SignatureVerifier {

    private static final ProviderContext JDK = new ProviderContext();

    private final PublicKey key;
    private final int hash; // a key computes its own anew each time, and each known bearer token asks for it

    /** The key as BouncyCastle knows it, and keeps tables with; null if it is the JDK's to verify. */
    private final CipherParameters prepared;

    /** @throws IllegalArgumentException if it is of an elliptic curve, but no point on it */
    SignatureVerifier(PublicKey key) {
        this.key = key;
        this.hash = key.hashCode();
        this.prepared = prepare(key);
    }

    PublicKey key() {
        return key;
    }

    /** Whether a signature, encoded as in a JWS, is of these bytes; of no algorithm that does not fit the key. */
    boolean verifies(byte[] signature, byte[] signed, SigningAlgorithm algorithm) {
        if (!algorithm.fits(key)) {
            return false;
        }
        if (prepared == null) {
            return verifiesByJdk(signature, signed, algorithm);
        }
        var signer = signer(algorithm);
        signer.init(false, prepared);
        signer.update(signed, 0, signed.length);
        return signer.verifySignature(signature);
    }

    private boolean verifiesByJdk(byte[] signature, byte[] signed, SigningAlgorithm algorithm) {
        try {
            var jws = AlgorithmFactoryFactory.getInstance().getJwsAlgorithmFactory().getAlgorithm(algorithm.name());
            return jws.verifySignature(signature, key, signed, JDK);
        } catch (JoseException e) {
            return false; // nothing that this algorithm could have made
        }
    }

    private static CipherParameters prepare(PublicKey key) {
        if (key instanceof EdECPublicKey edwards && edwards.getParams().getName().equals("Ed25519")) {
            var encoded = key.getEncoded(); // RFC 8410 section 4: it ends with the key itself
            return new Ed25519PublicKeyParameters(encoded, encoded.length - Ed25519PublicKeyParameters.KEY_SIZE);
        }
        if (!(key instanceof ECPublicKey elliptic)) {
            return null;
        }
        var name = EllipticCurves.getName(elliptic.getParams().getCurve());
        if (name == null) {
            return null;
        }
        var curve = CustomNamedCurves.getByName(name);
        var point = elliptic.getW();
        return new ECPublicKeyParameters(curve.getCurve().createPoint(point.getAffineX(), point.getAffineY()),
                new ECDomainParameters(curve));
    }

    private static Signer signer(SigningAlgorithm algorithm) {
        return switch (algorithm) {
            case ES256 -> ecdsa(new SHA256Digest());
            case ES384 -> ecdsa(new SHA384Digest());
            case ES512 -> ecdsa(new SHA512Digest());
            case EdDSA -> new Ed25519Signer();
            case RS256, RS384, RS512, PS256, PS384, PS512 ->
                throw new IllegalArgumentException(algorithm + " is of no elliptic curve");
        };
    }

    /** RFC 7518 section 3.4: the signature is two numbers of the curve's length, side by side. */
    private static Signer ecdsa(Digest digest) {
        return new DSADigestSigner(new ECDSASigner(), digest, PlainDSAEncoding.INSTANCE);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SignatureVerifier of && key.equals(of.key);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
