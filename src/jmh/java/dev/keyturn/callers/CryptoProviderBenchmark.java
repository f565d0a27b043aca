package dev.keyturn.callers;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The JDK's own cryptography against that of others, each with a key of its own making (docs/decisions/0016). */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CryptoProviderBenchmark {

    private static final Map<String, String> PROVIDERS = Map.of(
            "Corretto", "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider",
            "Conscrypt", "org.conscrypt.OpenSSLProvider",
            "BouncyCastle", "org.bouncycastle.jce.provider.BouncyCastleProvider");
    private static final int TOKEN = 450; // characters of a usual one that are signed

    @Param({"RS256", "ES256", "Ed25519", "HS256"})
    public String alg;

    @Param({"JDK", "Corretto", "Conscrypt", "BouncyCastle"})
    public String provider;

    private final byte[] signed = new byte[TOKEN];
    private Check check;

    private interface Check {
        boolean passes() throws GeneralSecurityException;
    }

    @Setup
    public void prepare() throws ReflectiveOperationException, GeneralSecurityException {
        var jdk = provider.equals("JDK");
        var chosen = jdk ? null : (Provider) Class.forName(PROVIDERS.get(provider)).getConstructor().newInstance();
        check = switch (alg) {
            case "RS256" -> signature(jdk ? Security.getProvider("SunRsaSign") : chosen, "RSA", "SHA256withRSA", 2048);
            case "ES256" -> signature(jdk ? Security.getProvider("SunEC") : chosen, "EC", "SHA256withECDSA", 256);
            case "Ed25519" -> signature(jdk ? Security.getProvider("SunEC") : chosen, "Ed25519", "Ed25519", 255);
            default -> hmac(jdk ? Security.getProvider("SunJCE") : chosen);
        };
    }

    private Check signature(Provider from, String keyName, String name, int bits) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance(keyName);
        generator.initialize(bits);
        var pair = generator.generateKeyPair();
        var signer = Signature.getInstance(name);
        signer.initSign(pair.getPrivate());
        signer.update(signed);
        var signature = signer.sign();
        PublicKey key = KeyFactory.getInstance(keyName, from)
                .generatePublic(new X509EncodedKeySpec(pair.getPublic().getEncoded()));
        return () -> {
            var verifier = Signature.getInstance(name, from);
            verifier.initVerify(key);
            verifier.update(signed);
            return verifier.verify(signature);
        };
    }

    private Check hmac(Provider from) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256", from);
        mac.init(new SecretKeySpec(new byte[32], "HmacSHA256"));
        return () -> mac.doFinal(signed).length == 32;
    }

    @Benchmark
    public boolean check() throws GeneralSecurityException {
        return check.passes();
    }
}
