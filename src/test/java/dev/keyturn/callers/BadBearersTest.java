package dev.keyturn.callers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.keyturn.TestClock;
import dev.keyturn.callers.InvalidBearerException.Reason;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** RFC 8725's checklist, as tokens that must not be believed. */
@TestInstance(Lifecycle.PER_CLASS)
class BadBearersTest {

    private static final String HEADER = "{\"alg\":\"RS256\",\"kid\":\"first\"}";

    private final TestClock clock = new TestClock();
    private final TestIssuer issuer = TestIssuer.start("https://issuer.test", "RS256", clock);
    private Callers callers;

    @TempDir
    static Path directory;

    @BeforeAll
    void trustTheIssuer() {
        callers = new Callers(TestConfig.of(issuer.settings("main", directory)), clock, new SimpleMeterRegistry());
    }

    @AfterAll
    void stop() {
        issuer.close();
        callers.stop();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bearers")
    void is_refused(String what, String bearer, Reason reason) {
        var refused = assertThrows(InvalidBearerException.class, () -> callers.verify(bearer));

        assertEquals(reason, refused.reason());
        assertFalse(bearer.length() > 8 && refused.getMessage().contains(bearer.substring(0, 8)), "quotes the token");
    }

    Stream<Arguments> bearers() throws JoseException {
        var all = new ArrayList<Arguments>();
        all.addAll(algorithms());
        all.addAll(headers());
        all.addAll(claims());
        all.addAll(shapes());
        all.addAll(signatures());
        return all.stream();
    }

    private List<Arguments> algorithms() throws JoseException {
        var all = new ArrayList<Arguments>();
        for (var none : List.of("none", "None", "NONE", "nOnE", "")) {
            var unsigned = TestIssuer.base64("{\"alg\":\"" + none + "\"}") + "." + payload(Map.of()) + ".";
            all.add(arguments("alg \"" + none + "\", unsigned", unsigned, Reason.ALGORITHM));
            all.add(arguments("alg \"" + none + "\", signed", unsigned + "AAAA", Reason.ALGORITHM));
        }
        all.add(arguments("no alg", issuer.signRaw("{\"kid\":\"first\"}", json(Map.of())), Reason.ALGORITHM));
        all.add(arguments("alg is a number", issuer.signRaw("{\"alg\":5}", json(Map.of())), Reason.MALFORMED));
        all.add(arguments("lower case alg", issuer.signRaw("{\"alg\":\"rs256\"}", json(Map.of())), Reason.ALGORITHM));
        var der = issuer.key().getPublicKey().getEncoded();
        var pem = "-----BEGIN PUBLIC KEY-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END PUBLIC KEY-----\n";
        for (var hmac : List.of("HS256", "HS384", "HS512")) {
            all.add(arguments(hmac + " with the public key's PEM", hmac(hmac, pem.getBytes(StandardCharsets.US_ASCII)),
                    Reason.ALGORITHM));
            all.add(arguments(hmac + " with the public key's DER", hmac(hmac, der), Reason.ALGORITHM));
        }
        for (var other : List.of("PS256", "RS384", "RS512")) {
            all.add(arguments("a good " + other + " that is not pinned", issuer.bearer(Map.of(), Map.of("alg", other)),
                    Reason.ALGORITHM));
        }
        for (var other : List.of("ES256", "EdDSA")) {
            try (var stranger = TestIssuer.start(issuer.issuer(), other, clock)) {
                all.add(arguments(other + " that is not pinned", stranger.bearer(Map.of()), Reason.ALGORITHM));
            }
        }
        return all;
    }

    private List<Arguments> headers() {
        var jwk = issuer.key().toParams(OutputControlLevel.PUBLIC_ONLY);
        return List.of(
                arguments("crit of an unknown word", header("crit", List.of("exp2")), Reason.HEADER),
                arguments("crit of b64", issuer.signRaw(
                        "{\"alg\":\"RS256\",\"crit\":[\"b64\"],\"b64\":false}", json(Map.of())), Reason.HEADER),
                arguments("b64 without crit", issuer.signRaw(
                        "{\"alg\":\"RS256\",\"b64\":false}", json(Map.of())), Reason.HEADER),
                arguments("empty crit", header("crit", List.of()), Reason.HEADER),
                arguments("jku", header("jku", "https://evil.test/keys"), Reason.HEADER),
                arguments("x5u", header("x5u", "https://evil.test/cert"), Reason.HEADER),
                arguments("jwk", header("jwk", jwk), Reason.HEADER),
                arguments("x5c", header("x5c", List.of("MIIB")), Reason.HEADER),
                arguments("typ of a logout token", header("typ", "logout+jwt"), Reason.TYPE),
                arguments("typ of a DPoP proof", header("typ", "dpop+jwt"), Reason.TYPE),
                arguments("typ is a list", header("typ", List.of("JWT")), Reason.MALFORMED),
                arguments("kid of nobody", header("kid", "second"), Reason.KEY),
                arguments("kid as a path", header("kid", "../../../../dev/null"), Reason.KEY),
                arguments("kid as SQL", header("kid", "x' UNION SELECT 'key"), Reason.KEY),
                arguments("kid with NUL", header("kid", "first\u0000"), Reason.KEY),
                arguments("empty kid", header("kid", ""), Reason.KEY),
                arguments("kid is a number", header("kid", 7), Reason.MALFORMED),
                arguments("duplicate alg", issuer.signRaw(
                        "{\"alg\":\"RS256\",\"alg\":\"RS256\",\"kid\":\"first\"}", json(Map.of())), Reason.MALFORMED),
                arguments("header is a list", issuer.signRaw("[\"RS256\"]", json(Map.of())), Reason.MALFORMED),
                arguments("header is null", issuer.signRaw("null", json(Map.of())), Reason.MALFORMED),
                arguments("header is broken UTF-8", issuer.signRaw(
                        broken("{\"alg\":\"RS256\",\"x\":\"", "\"}"), json(Map.of()).getBytes(StandardCharsets.UTF_8)),
                        Reason.MALFORMED));
    }

    private List<Arguments> claims() {
        var now = clock.instant().getEpochSecond();
        var deep = "[".repeat(17) + "]".repeat(17);
        return List.of(
                claim("another issuer", "iss", "https://evil.test", Reason.ISSUER),
                claim("issuer with a slash more", "iss", "https://issuer.test/", Reason.ISSUER),
                claim("issuer in upper case", "iss", "HTTPS://ISSUER.TEST", Reason.ISSUER),
                claim("issuer is a list", "iss", List.of("https://issuer.test"), Reason.ISSUER),
                claim("no issuer", "iss", null, Reason.ISSUER),
                claim("another audience", "aud", "payments", Reason.AUDIENCE),
                claim("other audiences", "aud", List.of("payments", "mail"), Reason.AUDIENCE),
                claim("no audience", "aud", null, Reason.AUDIENCE),
                claim("empty audience list", "aud", List.of(), Reason.AUDIENCE),
                claim("audience is a number", "aud", 5, Reason.CLAIMS),
                claim("no exp", "exp", null, Reason.EXPIRY_MISSING),
                claim("exp is text", "exp", "" + (now + 60), Reason.CLAIMS),
                claim("exp is a list", "exp", List.of(now + 60), Reason.CLAIMS),
                claim("exp in 1970", "exp", 0, Reason.EXPIRED),
                claim("exp long before 1970", "exp", Long.MIN_VALUE, Reason.EXPIRED),
                claim("exp after the year 9999", "exp", 253_402_300_800L, Reason.CLAIMS),
                claim("exp as large as can be", "exp", Long.MAX_VALUE, Reason.CLAIMS),
                arguments("exp beyond a long", raw("\"exp\":99999999999999999999"), Reason.CLAIMS),
                arguments("exp beyond a double", raw("\"exp\":1e999"), Reason.CLAIMS),
                claim("expired beyond the leeway", "exp", now - 30, Reason.EXPIRED),
                claim("nbf beyond the leeway", "nbf", now + 31, Reason.NOT_YET_VALID),
                claim("nbf is text", "nbf", "soon", Reason.CLAIMS),
                claim("iat beyond the leeway", "iat", now + 31, Reason.NOT_YET_VALID),
                claim("iat after exp", "iat", now + 31_536_000, Reason.CLAIMS),
                arguments("duplicate sub", raw("\"exp\":" + (now + 60) + ",\"sub\":\"a\",\"sub\":\"b\""),
                        Reason.MALFORMED),
                arguments("duplicate deep down", raw("\"exp\":" + (now + 60) + ",\"x\":{\"a\":1,\"a\":2}"),
                        Reason.MALFORMED),
                arguments("17 levels deep", raw("\"exp\":" + (now + 60) + ",\"x\":" + deep), Reason.CLAIMS),
                arguments("thousands of levels deep", raw("\"exp\":" + (now + 60) + ",\"x\":" + "[".repeat(5000)
                        + "]".repeat(5000)), Reason.CLAIMS),
                arguments("claims are broken UTF-8", issuer.signRaw(HEADER.getBytes(StandardCharsets.UTF_8),
                        broken("{\"iss\":\"https://issuer.test\",\"x\":\"", "\"}")), Reason.MALFORMED),
                arguments("claims are good in UTF-16", issuer.signRaw(HEADER.getBytes(StandardCharsets.UTF_8),
                        json(Map.of()).getBytes(StandardCharsets.UTF_16BE)), Reason.MALFORMED),
                arguments("claims are a list", issuer.signRaw(HEADER, "[1]"), Reason.MALFORMED),
                arguments("claims are null", issuer.signRaw(HEADER, "null"), Reason.MALFORMED),
                arguments("claims are no JSON", issuer.signRaw(HEADER, "iss"), Reason.MALFORMED),
                arguments("claims are a nested JWT", issuer.signRaw(
                        "{\"alg\":\"RS256\",\"cty\":\"JWT\"}", issuer.bearer(Map.of())), Reason.MALFORMED));
    }

    private List<Arguments> shapes() {
        var good = issuer.bearer(Map.of());
        var parts = good.split("\\.");
        return List.of(
                arguments("nothing", "", Reason.MALFORMED),
                arguments("a dot", ".", Reason.MALFORMED),
                arguments("dots", "..", Reason.MALFORMED),
                arguments("a word", "garbage", Reason.MALFORMED),
                arguments("three words", "a.b.c", Reason.MALFORMED),
                arguments("a JSON serialization", "{\"payload\":\"e30\"}", Reason.MALFORMED),
                arguments("two parts", parts[0] + "." + parts[1], Reason.MALFORMED),
                arguments("four parts", good + ".AAAA", Reason.MALFORMED),
                arguments("a JWE's five parts", good + ".AAAA.AAAA", Reason.MALFORMED),
                arguments("detached claims", parts[0] + ".." + parts[2], Reason.MALFORMED),
                arguments("padding", good + "==", Reason.MALFORMED),
                arguments("a line break inside", parts[0] + ".\n" + parts[1] + "." + parts[2], Reason.MALFORMED),
                arguments("a character jose4j skips", parts[0] + "!." + parts[1] + "." + parts[2], Reason.MALFORMED),
                arguments("NUL", "\u0000", Reason.MALFORMED),
                arguments("characters beyond ASCII", "äöü.äöü.äöü", Reason.MALFORMED),
                arguments("one character too long", "a".repeat(16 * 1024 + 1), Reason.TOO_LONG),
                arguments("good but for its 20 KB", issuer.bearer(Map.of("x", "x".repeat(15_000))), Reason.TOO_LONG));
    }

    private List<Arguments> signatures() throws JoseException {
        var good = issuer.bearer(Map.of());
        var input = good.substring(0, good.lastIndexOf('.') + 1);
        var other = issuer.bearer(Map.of("sub", "eve"));
        var weak = new JsonWebSignature();
        weak.setAlgorithmHeaderValue("RS256");
        weak.setKeyIdHeaderValue("first");
        weak.setPayload(json(Map.of()));
        weak.setDoKeyValidation(false);
        weak.setKey(RsaJwkGenerator.generateJwk(1024).getPrivateKey());
        return List.of(
                arguments("no signature", input, Reason.SIGNATURE),
                arguments("a short signature", input + "AA", Reason.SIGNATURE),
                arguments("half a byte of signature", input + "A", Reason.SIGNATURE),
                arguments("another token's signature", input + other.substring(other.lastIndexOf('.') + 1),
                        Reason.SIGNATURE),
                arguments("claims changed", good.split("\\.")[0] + "." + payload(Map.of("sub", "eve")) + "."
                        + good.split("\\.")[2], Reason.SIGNATURE),
                arguments("another key of that name, 1024 bits", weak.getCompactSerialization(), Reason.SIGNATURE));
    }

    private Arguments claim(String what, String name, Object value, Reason reason) {
        var claims = new HashMap<String, Object>();
        claims.put(name, value);
        return arguments(what, issuer.bearer(claims), reason);
    }

    private String header(String name, Object value) {
        return issuer.bearer(Map.of(), Map.of(name, value));
    }

    /** A token with the right issuer and audience, and this text for its other claims. */
    private String raw(String members) {
        return issuer.signRaw(HEADER, "{\"iss\":\"" + issuer.issuer() + "\",\"aud\":\"" + TestIssuer.AUDIENCE + "\","
                + members + "}");
    }

    private String json(Map<String, ?> claims) {
        return JsonUtil.toJson(issuer.claims(claims));
    }

    private String payload(Map<String, ?> claims) {
        return TestIssuer.base64(json(claims));
    }

    private String hmac(String alg, byte[] secret) throws JoseException {
        var jws = new JsonWebSignature();
        jws.setAlgorithmHeaderValue(alg);
        jws.setKeyIdHeaderValue("first");
        jws.setPayload(json(Map.of()));
        jws.setKey(new HmacKey(secret));
        return jws.getCompactSerialization();
    }

    private static byte[] broken(String before, String after) {
        return (before + "\u00ff" + after).getBytes(StandardCharsets.ISO_8859_1); // 0xff never occurs in UTF-8
    }
}
