package dev.keyturn.callers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jose4j.jca.ProviderContext;
import org.jose4j.jwa.AlgorithmFactoryFactory;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.OctetKeyPairJsonWebKey;
import org.jose4j.jwk.OkpJwkGenerator;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.EcdsaUsingShaAlgorithm;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the JDK has signed is verified, as it was signed and not otherwise. */
class SignatureVerifierTest {

    private static final ProviderContext JDK = new ProviderContext();

    private final Random random = new Random(42);

    static Stream<Arguments> examples() {
        return Stream.of(
                arguments("RFC 7515 A.3", SigningAlgorithm.ES256, """
                        {"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",\
                        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}""", """
                        eyJhbGciOiJFUzI1NiJ9\
                        .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ\
                        .DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"""),
                arguments("RFC 7515 A.4", SigningAlgorithm.ES512, """
                        {"kty":"EC","crv":"P-521",\
                        "x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",\
                        "y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"}""",
                        """
                        eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA\
                        .AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAP\
                        ZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn"""),
                arguments("RFC 8037 A.4", SigningAlgorithm.EdDSA, """
                        {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""", """
                        eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc\
                        .hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"""));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("examples")
    void the_examples_of_the_rfcs(String rfc, SigningAlgorithm algorithm, String jwk, String jws) throws Exception {
        var verifier = new SignatureVerifier(PublicJsonWebKey.Factory.newPublicJwk(jwk).getPublicKey());
        var dot = jws.lastIndexOf('.');
        var signature = Base64.getUrlDecoder().decode(jws.substring(dot + 1));
        assertTrue(verifier.verifies(signature, ascii(jws.substring(0, dot)), algorithm));
        assertFalse(verifier.verifies(signature, ascii(jws.substring(1, dot)), algorithm));
    }

    @ParameterizedTest
    @EnumSource
    void what_the_jdk_has_signed(SigningAlgorithm algorithm) throws Exception {
        var pair = TestIssuer.newKey(algorithm.name(), "first");
        var verifier = new SignatureVerifier(pair.getPublicKey());
        var another = new SignatureVerifier(TestIssuer.newKey(algorithm.name(), "second").getPublicKey());
        for (var length = 0; length < 20; length++) {
            var signed = new byte[length * 37];
            random.nextBytes(signed);
            var signature = sign(algorithm, pair, signed);
            assertTrue(verifier.verifies(signature, signed, algorithm));
            assertFalse(another.verifies(signature, signed, algorithm), "another's key");
            flipABit(signature);
            assertFalse(verifier.verifies(signature, signed, algorithm), "a bit is wrong");
        }
    }

    @ParameterizedTest
    @EnumSource(names = "ES.*", mode = Mode.MATCH_ALL)
    void ecdsa_signatures_are_two_numbers_of_the_range_and_of_its_length(SigningAlgorithm algorithm) throws Exception {
        var pair = TestIssuer.newKey(algorithm.name(), "first");
        var order = ((ECPublicKey) pair.getPublicKey()).getParams().getOrder();
        var verifier = new SignatureVerifier(pair.getPublicKey());
        var signed = ascii("eyJhbGciOiJFUzI1NiJ9.e30");
        var good = sign(algorithm, pair, signed);
        var half = good.length / 2;
        var r = new BigInteger(1, good, 0, half);
        var s = new BigInteger(1, good, half, half);

        var bad = new ArrayList<byte[]>();
        bad.add(new byte[0]);
        bad.add(EcdsaUsingShaAlgorithm.convertConcatenatedToDer(good));
        bad.add(Arrays.copyOf(good, good.length + 1));
        bad.add(Arrays.copyOf(good, good.length - 1));
        if (r.max(s).add(order).bitLength() <= 8 * half) { // of ES512 they are as long as the good ones
            bad.add(concatenated(r.add(order), s, half));
            bad.add(concatenated(r, s.add(order), half));
        }
        for (var number : List.of(BigInteger.ZERO, BigInteger.ONE, order, order.subtract(BigInteger.ONE))) {
            bad.add(concatenated(number, number, half)); // two zeros: CVE-2022-21449
            bad.add(concatenated(r, number, half));
            bad.add(concatenated(number, s, half));
        }
        for (var signature : bad) {
            assertFalse(verifier.verifies(signature, signed, algorithm), TestIssuer.base64(signature));
        }
        assertTrue(verifier.verifies(concatenated(r, s, half), signed, algorithm));
    }

    @Test
    void eddsa_signatures_have_one_encoding() throws Exception {
        var pair = TestIssuer.newKey("EdDSA", "first");
        var verifier = new SignatureVerifier(pair.getPublicKey());
        var signed = ascii("eyJhbGciOiJFZERTQSJ9.e30");
        var good = sign(SigningAlgorithm.EdDSA, pair, signed);
        // RFC 8032 section 5.1.7: S is less than the order of the group, or everybody could write it otherwise
        var order = BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
        var s = new BigInteger(1, reversed(Arrays.copyOfRange(good, 32, 64))).add(order);
        var otherwise = Arrays.copyOf(good, 64);
        System.arraycopy(reversed(concatenated(BigInteger.ZERO, s, 32)), 0, otherwise, 32, 32);

        var bad = List.of(new byte[0], new byte[64], Arrays.copyOf(good, 63), Arrays.copyOf(good, 65), otherwise);
        for (var signature : bad) {
            assertFalse(verifier.verifies(signature, signed, SigningAlgorithm.EdDSA), TestIssuer.base64(signature));
        }
        assertTrue(verifier.verifies(good, signed, SigningAlgorithm.EdDSA));
    }

    @Test
    void ed448_is_verified_by_the_jdk() throws Exception {
        var pair = OkpJwkGenerator.generateJwk(OctetKeyPairJsonWebKey.SUBTYPE_ED448);
        var signed = ascii("eyJhbGciOiJFZERTQSJ9.e30");
        var signature = sign(SigningAlgorithm.EdDSA, pair, signed);
        var verifier = new SignatureVerifier(pair.getPublicKey());
        assertTrue(verifier.verifies(signature, signed, SigningAlgorithm.EdDSA));
        flipABit(signature);
        assertFalse(verifier.verifies(signature, signed, SigningAlgorithm.EdDSA));
    }

    @Test
    void an_algorithm_is_for_its_own_keys() throws Exception {
        for (var one : SigningAlgorithm.values()) {
            var pair = TestIssuer.newKey(one.name(), "first");
            var signed = ascii("eyJhbGciOiJFUzI1NiJ9.e30");
            var signature = sign(one, pair, signed);
            for (var other : SigningAlgorithm.values()) {
                assertEquals(one == other, new SignatureVerifier(pair.getPublicKey()).verifies(signature, signed, other),
                        one + " by " + other);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    void a_point_of_small_order_with_which_anything_is_signed_or_none_at_all_is_no_key(String x) throws Exception {
        var key = PublicJsonWebKey.Factory.newPublicJwk("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + x + "\"}");
        assertThrows(IllegalArgumentException.class, () -> new SignatureVerifier(key.getPublicKey()));
    }

    @Test
    void a_point_off_its_curve_is_no_key() throws Exception {
        var good = (ECPublicKey) TestIssuer.newKey("ES256", "first").getPublicKey();
        var off = new ECPoint(good.getW().getAffineX(), good.getW().getAffineY().add(BigInteger.ONE));
        var key = KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(off, good.getParams()));
        assertThrows(IllegalArgumentException.class, () -> new SignatureVerifier(key));
    }

    @Test
    void of_equal_keys_it_is_equal() throws Exception {
        var jwk = TestIssuer.newKey("ES256", "first").toJson(OutputControlLevel.PUBLIC_ONLY);
        var one = new SignatureVerifier(PublicJsonWebKey.Factory.newPublicJwk(jwk).getPublicKey());
        var same = new SignatureVerifier(PublicJsonWebKey.Factory.newPublicJwk(jwk).getPublicKey());
        assertEquals(one, same);
        assertEquals(one.hashCode(), same.hashCode());
        assertNotEquals(one, new SignatureVerifier(TestIssuer.newKey("ES256", "first").getPublicKey()));
    }

    private static byte[] sign(SigningAlgorithm algorithm, PublicJsonWebKey pair, byte[] bytes) throws JoseException {
        var jws = AlgorithmFactoryFactory.getInstance().getJwsAlgorithmFactory().getAlgorithm(algorithm.name());
        return jws.sign(jws.prepareForSign(pair.getPrivateKey(), JDK), bytes);
    }

    private void flipABit(byte[] signature) {
        signature[random.nextInt(signature.length)] ^= (byte) (1 << random.nextInt(8));
    }

    private static byte[] concatenated(BigInteger one, BigInteger other, int length) {
        var both = one.shiftLeft(8 * length).or(other).toByteArray();
        var bytes = new byte[2 * length];
        var from = Math.max(0, both.length - bytes.length); // a sign of its own
        System.arraycopy(both, from, bytes, bytes.length - (both.length - from), both.length - from);
        return bytes;
    }

    private static byte[] reversed(byte[] bytes) {
        var reversed = new byte[bytes.length];
        for (var i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
