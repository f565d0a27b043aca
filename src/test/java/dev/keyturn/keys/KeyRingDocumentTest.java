package dev.keyturn.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keyturn.TestKeys;
import dev.keyturn.keys.KeyRingStoreException.Kind;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class KeyRingDocumentTest {

    /**
     * Schema 1 as the first version wrote it. Documents like this lie in people's Vaults: it must always be readable.
     */
    private static final String GOLDEN = """
            {
              "schema" : 1,
              "version" : 7,
              "keys" : [ {
                "key" : "APIold",
                "secret" : "canary-old-0123456789abcdefghijklmnopqr",
                "state" : "RETIRING",
                "created" : "2026-01-01T00:00:00Z",
                "since" : "2026-02-01T00:00:00.123456789Z"
              }, {
                "key" : "APInow",
                "secret" : "canary-now-0123456789abcdefghijklmnopqr",
                "state" : "ACTIVE",
                "created" : "2026-01-31T00:00:00Z",
                "since" : "2026-02-01T00:00:00.123456789Z"
              }, {
                "key" : "APInew",
                "secret" : "canary-new-0123456789abcdefghijklmnopqr",
                "state" : "STAGED",
                "created" : "2026-03-01T00:00:00Z",
                "since" : "2026-03-01T00:00:00Z"
              } ]
            }
            """;

    private static KeyRing read(String text) throws KeyRingStoreException {
        return KeyRingDocument.read("the test", text.getBytes(UTF_8));
    }

    private static KeyRingStoreException refused(String text) {
        var refusal = assertThrows(KeyRingStoreException.class, () -> read(text));
        assertTellsNoSecret(refusal, text);
        return refusal;
    }

    private static void assertTellsNoSecret(Throwable refusal, String what) {
        for (var e = refusal; e != null; e = e.getCause()) {
            assertFalse(String.valueOf(e.getMessage()).contains("canary"), what);
        }
    }

    @Test
    void schema_1_is_read_as_it_was_written() throws Exception {
        var ring = read(GOLDEN);

        assertEquals("KeyRing version 7 [APIold RETIRING, APInow ACTIVE, APInew STAGED]", ring.toString());
        assertEquals("canary-now-0123456789abcdefghijklmnopqr", ring.active().secret().reveal());
        assertEquals(Instant.parse("2026-01-31T00:00:00Z"), ring.active().created());
        assertEquals(Instant.parse("2026-02-01T00:00:00.123456789Z"), ring.active().since());
    }

    @Test
    void schema_1_is_written_as_it_was_read() throws Exception {
        assertEquals(GOLDEN.strip(), KeyRingDocument.write(read(GOLDEN)).toPrettyString());
    }

    @Test
    void what_is_written_is_read_again_as_the_same_ring() throws Exception {
        var ring = TestKeys.ringOfThree();

        assertEquals(ring, read(KeyRingDocument.write(ring).toString()));
        assertEquals(ring, KeyRingDocument.read("the test", KeyRingDocument.write(ring)));
    }

    static Stream<Arguments> broken_documents() {
        return Stream.of(
                broken("nothing", ""),
                broken("blank", "  \n"),
                broken("null", "null"),
                broken("a list", "[]"),
                broken("text", "\"canary\""),
                broken("an empty object", "{}"),
                broken("not JSON", "canary: canary"),
                broken("something after it", GOLDEN + "{}"),
                broken("a comma after it", GOLDEN + ","),
                broken("no schema", GOLDEN.replace("\"schema\" : 1,", "")),
                broken("an older schema", GOLDEN.replace("\"schema\" : 1", "\"schema\" : 0")),
                broken("a newer schema", GOLDEN.replace("\"schema\" : 1", "\"schema\" : 2")),
                broken("a schema in text", GOLDEN.replace("\"schema\" : 1", "\"schema\" : \"1\"")),
                broken("a schema in fractions", GOLDEN.replace("\"schema\" : 1", "\"schema\" : 1.0")),
                broken("no version", GOLDEN.replace("\"version\" : 7,", "")),
                broken("version 0", GOLDEN.replace("\"version\" : 7", "\"version\" : 0")),
                broken("a version beyond all", GOLDEN.replace("\"version\" : 7", "\"version\" : 9223372036854775808")),
                broken("a version of 2000 digits",
                        GOLDEN.replace("\"version\" : 7", "\"version\" : " + "9".repeat(2000))),
                broken("an unknown field", GOLDEN.replace("\"version\"", "\"canary\" : true, \"version\"")),
                broken("an unknown field of a key", GOLDEN.replaceFirst("\"state\"", "\"canary\" : true, \"state\"")),
                broken("a version twice", GOLDEN.replace("\"version\"", "\"version\" : 7, \"version\"")),
                broken("a secret twice", GOLDEN.replaceFirst("\"state\"",
                        "\"secret\" : \"canary-old-0123456789abcdefghijklmnopqr\", \"state\"")),
                broken("keys as an object", "{\"schema\": 1, \"version\": 1, \"keys\": {\"canary\": 1}}"),
                broken("no keys", "{\"schema\": 1, \"version\": 1, \"keys\": []}"),
                broken("a key that is none", "{\"schema\": 1, \"version\": 1, \"keys\": [\"canary\"]}"),
                broken("two active", GOLDEN.replace("STAGED", "ACTIVE")),
                broken("none active", GOLDEN.replace("ACTIVE", "RETIRING")),
                broken("two staged", GOLDEN.replace("RETIRING", "STAGED")),
                broken("one name twice", GOLDEN.replace("APIold", "APInew")),
                broken("an unknown state", GOLDEN.replace("STAGED", "canary")),
                broken("a state in lower case", GOLDEN.replace("STAGED", "staged")),
                broken("no key's name", GOLDEN.replace("\"key\" : \"APIold\",", "")),
                broken("a name with a blank", GOLDEN.replace("APIold", "canary canary")),
                broken("a short secret", GOLDEN.replace("canary-old-0123456789abcdefghijklmnopqr", "canary")),
                broken("no text for a secret",
                        GOLDEN.replace("\"canary-old-0123456789abcdefghijklmnopqr\"", "12345678")),
                broken("a date that is none", GOLDEN.replace("2026-01-31T00:00:00Z", "canary")),
                broken("a date without a zone", GOLDEN.replace("2026-01-31T00:00:00Z", "2026-01-31T00:00:00")),
                broken("active before it was made", GOLDEN.replace("2026-01-31T00:00:00Z", "2027-01-31T00:00:00Z")),
                broken("deep", "[".repeat(100_000)));
    }

    private static Arguments broken(String name, String text) {
        return Arguments.of(name, text);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken_documents")
    void a_broken_document_is_refused_and_not_quoted(String name, String text) {
        var refusal = refused(text);

        assertEquals(Kind.BROKEN, refusal.kind());
        assertTrue(refusal.getMessage().startsWith("the test does not hold a key ring: "), refusal.getMessage());
    }

    @Test
    void a_newer_schema_says_which_program_to_use() {
        var refusal = refused(GOLDEN.replace("\"schema\" : 1", "\"schema\" : 2"));
        assertTrue(refusal.getMessage().contains("use the version that wrote it"), refusal.getMessage());
    }

    @Test
    void livekits_development_secret_is_a_fault_of_its_own() {
        var key = SigningKey.staged(new ApiKey("devkey"), ApiSecret.development(), Instant.EPOCH);
        var development = KeyRingDocument.write(KeyRing.first(key, Instant.EPOCH));

        assertEquals(Kind.DEVELOPMENT_KEY, refused(development.toString()).kind());
    }

    @Test
    void a_missing_node_is_no_ring() {
        assertThrows(KeyRingStoreException.class,
                () -> KeyRingDocument.read("the test", JsonNodeFactory.instance.missingNode()));
    }

    @Test
    void a_document_cut_off_at_any_byte_is_broken() {
        var whole = GOLDEN.strip();
        for (int i = 0; i < whole.length(); i++) {
            assertEquals(Kind.BROKEN, refused(whole.substring(0, i)).kind(), "cut after " + i + " bytes");
        }
    }

    @Test
    void whatever_becomes_of_its_bytes_a_document_is_a_ring_or_refused_with_a_sentence() {
        var seed = 20260301L;
        var random = new Random(seed);
        var golden = GOLDEN.getBytes(UTF_8);
        for (int i = 0; i < 10_000; i++) {
            var text = golden;
            for (int times = 1 + random.nextInt(4); times > 0; times--) {
                text = mutated(text, random);
            }
            var what = "seed " + seed + ", document " + i;
            try {
                KeyRingDocument.read("the test", text);
            } catch (KeyRingStoreException e) {
                assertTellsNoSecret(e, what);
            } catch (Throwable e) {
                fail(what + ": " + new String(text, UTF_8), e);
            }
        }
    }

    private static byte[] mutated(byte[] text, Random random) {
        var at = random.nextInt(text.length);
        var copy = text.clone();
        switch (random.nextInt(5)) {
            case 0 -> copy[at] = (byte) random.nextInt(256);
            case 1 -> copy[at] = (byte) "{}[]\",:0123456789null\\ ".charAt(random.nextInt(23));
            case 2 -> copy = Arrays.copyOf(text, Math.max(1, at));
            case 3 -> { // a piece of it over another piece: fields in each other's place
                var length = Math.min(random.nextInt(60), text.length - at);
                System.arraycopy(text, random.nextInt(text.length - length + 1), copy, at, length);
            }
            default -> {
                copy = Arrays.copyOf(text, text.length + 1);
                System.arraycopy(text, at, copy, at + 1, text.length - at);
            }
        }
        return copy;
    }
}
