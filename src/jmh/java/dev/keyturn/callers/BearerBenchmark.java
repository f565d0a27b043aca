package dev.keyturn.callers;

import dev.keyturn.TestClock;
import dev.keyturn.policy.Caller;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jose4j.jws.EcdsaUsingShaAlgorithm;
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

/** What it costs to know a caller: remembered, not remembered, and the check of the same signature, ours and the JDK's. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BearerBenchmark {

    @Param({"RS256", "ES256", "EdDSA"})
    public String alg;

    private TrustedIssuers issuers;
    private VerifiedBearers remembered;
    private String bearer;
    private String signatureName;
    private PublicKey key;
    private SignatureVerifier verifier;
    private byte[] signed;
    private byte[] signature;
    private byte[] jdkSignature;

    @Setup
    public void prepare() throws IOException, InvalidBearerException {
        var clock = new TestClock();
        try (var issuer = TestIssuer.start("https://id.example.com/realms/acme", alg, clock)) {
            var config = TestConfig.of(issuer.settings("main")).issuers().get("main");
            var keys = new IssuerKeys("main", KeySource.of("main", config), TrustedIssuer.algorithms(config), clock,
                    Runnable::run);
            keys.fetch();
            var metrics = new CallersMetrics(new SimpleMeterRegistry(), clock);
            issuers = new TrustedIssuers(
                    Map.of(issuer.issuer(), new TrustedIssuer("main", config, keys, clock)), metrics);
            remembered = new VerifiedBearers(issuers, 10, metrics, clock);
            bearer = issuer.bearer(Map.of("name", "Ada Lovelace", "tenant", "acme", "groups", "teachers"));
            key = issuer.key().getPublicKey();
        }
        remembered.verify(bearer);
        var dot = bearer.lastIndexOf('.');
        signed = bearer.substring(0, dot).getBytes(StandardCharsets.US_ASCII);
        signature = Base64.getUrlDecoder().decode(bearer.substring(dot + 1));
        jdkSignature = alg.equals("ES256") ? EcdsaUsingShaAlgorithm.convertConcatenatedToDer(signature) : signature;
        verifier = new SignatureVerifier(key);
        signatureName = Map.of("RS256", "SHA256withRSA", "ES256", "SHA256withECDSA", "EdDSA", "EdDSA").get(alg);
    }

    @Benchmark
    public boolean verification() {
        return verifier.verifies(signature, signed, SigningAlgorithm.valueOf(alg));
    }

    @Benchmark
    public boolean verificationByJdk() throws GeneralSecurityException {
        var check = Signature.getInstance(signatureName);
        check.initVerify(key);
        check.update(signed);
        return check.verify(jdkSignature);
    }

    @Benchmark
    public VerifiedBearer notRemembered() throws InvalidBearerException {
        return issuers.verify(bearer);
    }

    @Benchmark
    public Caller remembered() throws InvalidBearerException {
        return remembered.verify(bearer);
    }
}
