package dev.keyturn.tokens;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keyturn.keys.Hmac;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.SigningKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/**
 * Reads LiveKit's access tokens as LiveKit does (protocol auth/verifier.go): the key is looked up by {@code iss}, the
 * algorithm is HS256 and no other, {@code exp} and {@code nbf} are given a minute. It also says what is in a token that
 * is not valid, which is what people ask for.
 */
public final class TokenReader {

    /** LiveKit's own leeway for {@code exp} and {@code nbf}. */
    public static final Duration LEEWAY = Duration.ofSeconds(60);

    private static final long YEAR_0 = -62_167_219_200L;
    private static final long YEAR_9999 = 253_402_300_799L;
    private static final int MAX_CHARACTERS = 1 << 20;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private TokenReader() {}

    /** Why a token is not valid. */
    public enum Fault { ALGORITHM, UNKNOWN_KEY, SIGNATURE, NO_EXPIRY, EXPIRED, NOT_YET_VALID }

    /**
     * @param claims what the token says
     * @param key    the key of the ring that it names, if there is one
     * @param fault  why it is not valid; empty if it is
     */
    public record Reading(ObjectNode claims, Optional<SigningKey> key, Optional<Fault> fault) {

        public boolean isValid() {
            return fault.isEmpty();
        }

        /** Why it is not valid, in words that name the key; empty if it is. */
        public Optional<String> problem() {
            return fault.map(why -> switch (why) {
                case ALGORITHM -> "its algorithm is not HS256";
                case UNKNOWN_KEY -> "no key of the ring is called '" + claims.path("iss").asText() + "'";
                case SIGNATURE -> "its signature is not that of key " + claims.path("iss").asText();
                case NO_EXPIRY -> "it has no exp";
                case EXPIRED -> "it has expired";
                case NOT_YET_VALID -> "it is not valid yet";
            });
        }
    }

    /**
     * @throws IllegalArgumentException if it is no JWT at all; the message does not repeat it
     */
    public static Reading read(String token, KeyRing ring, Instant now) {
        var parts = token.length() > MAX_CHARACTERS ? new String[0] : token.split("\\.", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("this is no JWT: three parts with dots between were expected");
        }
        var header = object(parts[0]);
        var claims = object(parts[1]);
        var key = ring.keys().stream().filter(k -> k.key().value().equals(claims.path("iss").asText())).findFirst();
        return new Reading(claims, key, fault(parts, header, claims, key, now));
    }

    private static Optional<Fault> fault(
            String[] parts, JsonNode header, JsonNode claims, Optional<SigningKey> key, Instant now) {
        if (!header.path("alg").asText().equals("HS256")) {
            return Optional.of(Fault.ALGORITHM);
        }
        if (key.isEmpty()) {
            return Optional.of(Fault.UNKNOWN_KEY);
        }
        var hmac = Hmac.keyed(key.get().secret());
        var expected = hmac.doFinal((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        if (!MessageDigest.isEqual(expected, bytes(parts[2]))) {
            return Optional.of(Fault.SIGNATURE);
        }
        if (!claims.path("exp").isNumber()) {
            return Optional.of(Fault.NO_EXPIRY);
        }
        if (now.isAfter(instant(claims.get("exp")).plus(LEEWAY))) {
            return Optional.of(Fault.EXPIRED);
        }
        if (now.isBefore(instant(claims.path("nbf")).minus(LEEWAY))) {
            return Optional.of(Fault.NOT_YET_VALID);
        }
        return Optional.empty();
    }

    /** Any number is a moment: those that no Instant can hold are in the year 9999 or 0, which compares the same. */
    private static Instant instant(JsonNode seconds) {
        return Instant.ofEpochSecond((long) Math.max(YEAR_0, Math.min(YEAR_9999, seconds.asDouble())));
    }

    private static ObjectNode object(String part) {
        try {
            if (JSON.readTree(bytes(part)) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("this is no JWT: header and claims must be JSON");
        } catch (IOException e) {
            throw new IllegalArgumentException("this is no JWT");
        }
        throw new IllegalArgumentException("this is no JWT: header and claims must be JSON objects");
    }

    private static byte[] bytes(String part) {
        try {
            if (!part.contains("=")) { // RFC 7515 §2: base64url without padding
                return Base64.getUrlDecoder().decode(part);
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new IllegalArgumentException("this is no JWT: its parts must be base64url");
    }
}
