package dev.keyturn.keys;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keyturn.keys.KeyRingStoreException.Kind;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The one JSON document that a ring is stored as, whatever the store:
 *
 * <pre>{@code
 * {"schema": 1, "version": 7, "keys": [
 *   {"key": "APIa…", "secret": "…", "state": "ACTIVE",
 *    "created": "2026-01-01T00:00:00Z", "since": "2026-01-02T00:00:00Z"}]}
 * }</pre>
 *
 * <p>A key that others may know has {@code "compromised": true} as well.
 *
 * <p>It is read strictly: what this version does not know it would lose when it writes, so it refuses to read it.
 */
public final class KeyRingDocument {

    /** Raised whenever an older program could misread a newer document. */
    public static final int SCHEMA = 1;

    /** Far more than any ring, and little enough to read at once. */
    public static final int MAX_BYTES = 1 << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION) // a parse error would quote a secret
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private KeyRingDocument() {}

    public static ObjectNode write(KeyRing ring) {
        var document = MAPPER.createObjectNode();
        document.put("schema", SCHEMA).put("version", ring.version());
        var keys = document.putArray("keys");
        for (var key : ring.keys()) {
            var entry = keys.addObject()
                    .put("key", key.key().value())
                    .put("secret", key.secret().reveal())
                    .put("state", key.state().name())
                    .put("created", key.created().toString())
                    .put("since", key.since().toString());
            if (key.compromised()) {
                entry.put("compromised", true);
            }
        }
        return document;
    }

    /**
     * @param where the place the text came from, for the message
     * @throws KeyRingStoreException if it is no ring; the message says what is wrong and never quotes the text
     */
    public static KeyRing read(String where, byte[] text) throws KeyRingStoreException {
        try {
            return read(where, MAPPER.readTree(text));
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            throw broken(where, "it is not JSON"
                    + (at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")"));
        } catch (IOException e) {
            throw broken(where, "it is not JSON");
        }
    }

    /** As {@link #read(String, byte[])}, of a document that is parsed already. */
    public static KeyRing read(String where, JsonNode document) throws KeyRingStoreException {
        try {
            var schema = number(document, "schema");
            if (schema != SCHEMA) {
                throw new IllegalArgumentException("its schema is " + schema + " and this version of Keyturn reads "
                        + SCHEMA + ": use the version that wrote it");
            }
            only(document, Set.of("schema", "version", "keys"));
            if (!document.path("keys").isArray()) {
                throw new IllegalArgumentException("\"keys\" is not a list");
            }
            List<SigningKey> keys = new ArrayList<>();
            for (var key : document.get("keys")) {
                keys.add(key(where, key));
            }
            return new KeyRing(number(document, "version"), keys);
        } catch (IllegalArgumentException e) {
            throw broken(where, e.getMessage());
        }
    }

    private static SigningKey key(String where, JsonNode key) throws KeyRingStoreException {
        only(key, Set.of("key", "secret", "state", "created", "since", "compromised"));
        var secret = text(key, "secret");
        if (secret.equals(ApiSecret.development().reveal())) {
            throw new KeyRingStoreException(Kind.DEVELOPMENT_KEY, where + " holds LiveKit's public development secret,"
                    + " which everyone knows: make a ring of your own with 'keyturn init'");
        }
        return new SigningKey(new ApiKey(text(key, "key")), ApiSecret.of(secret), state(text(key, "state")),
                instant(key, "created"), instant(key, "since"), compromised(key));
    }

    private static boolean compromised(JsonNode key) {
        var value = key.path("compromised");
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw new IllegalArgumentException("a key's \"compromised\" is neither true nor false");
        }
        return value.asBoolean();
    }

    private static KeyState state(String name) {
        for (var state : KeyState.values()) {
            if (state.name().equals(name)) {
                return state;
            }
        }
        throw new IllegalArgumentException("a key's \"state\" is none of " + List.of(KeyState.values()));
    }

    private static void only(JsonNode object, Set<String> known) {
        var unknown = new HashSet<String>();
        object.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "it has " + unknown.size() + " field(s) that this version does not know");
        }
    }

    private static long number(JsonNode object, String field) {
        var value = object.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new IllegalArgumentException("\"" + field + "\" is missing or not a whole number");
        }
        return value.longValue();
    }

    private static String text(JsonNode object, String field) {
        var value = object.path(field);
        if (!value.isTextual()) {
            throw new IllegalArgumentException("a key's \"" + field + "\" is missing or not text");
        }
        return value.textValue();
    }

    private static Instant instant(JsonNode object, String field) {
        try {
            return Instant.parse(text(object, field));
        } catch (DateTimeException e) { // its message quotes the text
            throw new IllegalArgumentException("a key's \"" + field + "\" is no moment such as 2026-01-31T00:00:00Z");
        }
    }

    private static KeyRingStoreException broken(String where, String what) {
        return new KeyRingStoreException(Kind.BROKEN, where + " does not hold a key ring: " + what
                + ". If it was damaged, put a backup in its place,"
                + " or move it away and run 'keyturn init --import' with the pair that LiveKit has");
    }
}
