package dev.keyturn.callers;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.OctetKeyPairJsonWebKey;
import org.jose4j.jwk.OkpJwkGenerator;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;

/**
 * An issuer for tests: it mints bearer tokens with the key it has at the moment, and shows its keys over HTTP on a free
 * port of 127.0.0.1.
 *
 * <pre>
 * try (var issuer = TestIssuer.start("https://issuer.test", "RS256", clock)) {
 *     var settings = issuer.settings("main");            // keyturn.callers.issuers.main.*
 *     var bearer = issuer.bearer(Map.of("sub", "ada"));  // iss, aud, iat and exp are filled in
 * }
 * </pre>
 */
public final class TestIssuer implements AutoCloseable {

    /** What the settings' {@code audiences} name, and every token's {@code aud} unless said otherwise. */
    public static final String AUDIENCE = "keyturn-test";
    /** How long a token lives unless said otherwise, in seconds. */
    public static final long LIFETIME = 600;

    /** What the server does when asked for the keys. */
    public interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    /** By algorithm; RSA keys are slow to make. */
    private static final Map<String, PublicJsonWebKey> FIRST_KEYS = new ConcurrentHashMap<>();

    private final String issuer;
    private final String alg;
    private final Clock clock;
    private final List<PublicJsonWebKey> shown = new ArrayList<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile Answer answer = this::showKeys;

    private TestIssuer(String issuer, String alg, Clock clock) {
        this.issuer = issuer;
        this.alg = alg;
        this.clock = clock;
        shown.add(FIRST_KEYS.computeIfAbsent(alg, wanted -> newKey(wanted, "first")));
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/jwks", exchange -> {
            requests.incrementAndGet();
            try (exchange) {
                answer.to(exchange);
            }
        });
        server.start();
    }

    /** @param alg such as RS256; the first key of each is the same for all issuers of a test run */
    public static TestIssuer start(String issuer, String alg, Clock clock) {
        return new TestIssuer(issuer, alg, clock);
    }

    public static PublicJsonWebKey newKey(String alg, String kid) {
        try {
            var key = switch (alg) {
                case "ES256" -> EcJwkGenerator.generateJwk(EllipticCurves.P256);
                case "ES384" -> EcJwkGenerator.generateJwk(EllipticCurves.P384);
                case "ES512" -> EcJwkGenerator.generateJwk(EllipticCurves.P521);
                case "EdDSA" -> OkpJwkGenerator.generateJwk(OctetKeyPairJsonWebKey.SUBTYPE_ED25519);
                default -> RsaJwkGenerator.generateJwk(2048);
            };
            key.setKeyId(kid);
            return key;
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    public String issuer() {
        return issuer;
    }

    public URI jwksUrl() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/jwks");
    }

    /** The configuration that trusts this issuer, with its keys fetched over HTTP. */
    public Map<String, String> settings(String name) {
        var prefix = "keyturn.callers.issuers." + name + ".";
        return Map.of(prefix + "issuer", issuer, prefix + "audiences", AUDIENCE, prefix + "algorithms", alg,
                prefix + "jwks-url", jwksUrl().toString());
    }

    /** The same, but with its keys in a file, so that they are known at once. */
    public Map<String, String> settings(String name, Path directory) {
        var settings = new LinkedHashMap<>(settings(name));
        settings.remove("keyturn.callers.issuers." + name + ".jwks-url");
        try {
            var file = Files.writeString(directory.resolve(name + ".json"), jwkSet());
            settings.put("keyturn.callers.issuers." + name + ".public-key-file", file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return settings;
    }

    /** The key that signs. */
    public PublicJsonWebKey key() {
        return shown.get(shown.size() - 1);
    }

    /** From now on a new key signs, and is shown beside those before. */
    public void addKey(String kid) {
        shown.add(newKey(alg, kid));
    }

    /** From now on only the key that signs is shown. */
    public void forgetOldKeys() {
        shown.subList(0, shown.size() - 1).clear();
    }

    public String jwkSet() {
        return new JsonWebKeySet(shown).toJson(OutputControlLevel.PUBLIC_ONLY);
    }

    /** How often the keys were asked for. */
    public int requests() {
        return requests.get();
    }

    public void answersWith(Answer answer) {
        this.answer = answer;
    }

    public void answersWith(int status, String body) {
        answersWith(exchange -> send(exchange, status, body));
    }

    public void answersWithKeys() {
        answersWith(this::showKeys);
    }

    /** A good token with these claims on top; a claim that is null is left out. */
    public String bearer(Map<String, ?> claims) {
        return bearer(claims, Map.of());
    }

    /** The same, with these header parameters on top; one that is null is left out. */
    public String bearer(Map<String, ?> claims, Map<String, ?> headers) {
        var header = new LinkedHashMap<String, Object>();
        header.put("alg", alg);
        header.put("kid", key().getKeyId());
        header.putAll(headers);
        header.values().removeIf(value -> value == null);
        return sign(header, JsonUtil.toJson(claims(claims)));
    }

    /** {@code iss}, {@code aud}, {@code sub}, {@code iat}, {@code exp}, and these on top. */
    public Map<String, Object> claims(Map<String, ?> onTop) {
        var now = clock.instant().getEpochSecond();
        var claims = new LinkedHashMap<String, Object>();
        claims.put("iss", issuer);
        claims.put("aud", AUDIENCE);
        claims.put("sub", "ada");
        claims.put("iat", now);
        claims.put("exp", now + LIFETIME);
        claims.putAll(onTop);
        claims.values().removeIf(value -> value == null);
        return claims;
    }

    String sign(Map<String, ?> header, String claims) {
        try {
            var jws = new JsonWebSignature();
            header.forEach((name, value) -> jws.setHeader(name, value));
            jws.setPayload(claims);
            jws.setKey(key().getPrivateKey());
            jws.setDoKeyValidation(false);
            return jws.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Any bytes at all, properly signed with RS256: what no library would write. */
    String signRaw(byte[] header, byte[] claims) {
        try {
            var input = base64(header) + "." + base64(claims);
            var signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key().getPrivateKey());
            signature.update(input.getBytes(StandardCharsets.US_ASCII));
            return input + "." + base64(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    String signRaw(String header, String claims) {
        return signRaw(header.getBytes(StandardCharsets.UTF_8), claims.getBytes(StandardCharsets.UTF_8));
    }

    static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static String base64(String text) {
        return base64(text.getBytes(StandardCharsets.UTF_8));
    }

    private void showKeys(HttpExchange exchange) throws IOException {
        send(exchange, 200, jwkSet());
    }

    static void send(HttpExchange exchange, int status, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
