package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.file.FileKeyRingStore;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.KeyState;
import dev.keyturn.policy.Grant;
import dev.keyturn.policy.RoomConfig;
import dev.keyturn.policy.VideoGrants;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.KeyturnProcess.Ended;
import dev.keyturn.tokens.TokenWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands as an operator and a script see them: standard output, standard error, exit status and files. */
class CommandsIT {

    private static final String SECRET = TestKeys.secretOf("APIimported");

    @TempDir
    Path folder;

    private Path ring;
    private final Map<String, String> settings = new HashMap<>();

    @BeforeEach
    void configure() {
        ring = folder.resolve("ring.json");
        settings.put("keyturn.ring.file.path", ring.toString());
    }

    /** Whatever it is told to do, it shows no stack trace, and says on the standard error only what went wrong. */
    private Ended run(String input, String... arguments) {
        var ended = KeyturnProcess.run(settings, input, arguments);
        assertFalse((ended.out() + ended.err()).contains("\tat "), ended.toString());
        assertTrue(ended.status() != 0 || ended.err().isEmpty(), ended.err());
        return ended;
    }

    private KeyRing made(String... arguments) throws KeyRingStoreException {
        return made("", arguments);
    }

    private KeyRing made(String input, String[] arguments) throws KeyRingStoreException {
        var ended = run(input, arguments);
        assertEquals(0, ended.status(), ended.err());
        var stored = new FileKeyRingStore(ring).read().orElseThrow().ring();
        assertFalse(ended.out().contains(stored.active().secret().reveal()), "init prints the secret");
        assertTrue(ended.out().contains(stored.active().key().value()), ended.out());
        return stored;
    }

    private void ringOf(String key) throws KeyRingStoreException {
        new FileKeyRingStore(ring).write(TestKeys.ring(key), null);
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void init_makes_a_private_ring_and_the_key_file_of_the_same_pair() throws Exception {
        var keyFile = folder.resolve("livekit/keys.yaml");
        var made = made("init", "--key-file", keyFile.toString());
        assertEquals("rw-------", mode(ring));
        assertEquals("rw-------", mode(keyFile));
        assertEquals(Map.of(made.active().key(), made.active().secret()),
                KeyFile.read(Files.readString(keyFile)).pairs());
    }

    @Test
    void init_takes_the_pair_of_a_file() throws Exception {
        var file = Files.writeString(folder.resolve("keys.yaml"), "APIimported: " + SECRET + "\n");
        var made = made("init", "--import", file.toString());
        assertEquals("APIimported", made.active().key().value());
        assertEquals(SECRET, made.active().secret().reveal());
    }

    @Test
    void init_takes_the_pair_of_the_standard_input() throws Exception {
        var made = made("APIimported: " + SECRET + "\n", new String[] {"init", "--import", "-"});
        assertEquals(SECRET, made.active().secret().reveal());
    }

    @Test
    void of_several_pairs_init_wants_to_be_told_which() throws Exception {
        var two = "APIother: " + TestKeys.secretOf("APIother") + "\nAPIimported: " + SECRET + "\n";
        var asked = run(two, "init", "--import", "-");
        assertEquals(1, asked.status());
        assertTrue(asked.err().contains("--key") && asked.err().contains("APIother"), asked.err());
        assertFalse(asked.err().contains("canary"), asked.err());
        assertFalse(Files.exists(ring));
        var made = made(two, new String[] {"init", "--import", "-", "--key", "APIimported"});
        assertEquals("APIimported", made.active().key().value());
        assertEquals(KeyState.RETIRING, made.find(new ApiKey("APIother")).orElseThrow().state());
    }

    @Test
    void a_lost_ring_is_restored_from_its_key_file_ahead_of_what_any_replica_saw() throws Exception {
        var lost = TestKeys.ringOfThree();
        var restored = made(KeyFile.of(lost, TestClock.START).text(), new String[] {"init", "--import", "-"});
        assertEquals(lost.version() + 10, restored.version());
        assertEquals("APInow", restored.active().key().value());
        assertEquals(2, restored.in(KeyState.RETIRING).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"APIa: canary-too-short", "canary-no-pair-at-all-but-a-secret-alone-on-its-line", "[canary",
        "a b: canary-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", ""})
    void init_refuses_what_is_no_good_pair_and_does_not_repeat_it(String pair) {
        var ended = run(pair, "init", "--import", "-");
        assertEquals(1, ended.status(), ended.toString());
        assertTrue(ended.err().startsWith("keyturn init: "), ended.err());
        assertFalse((ended.out() + ended.err()).contains("canary"), ended.toString());
        assertFalse(Files.exists(ring));
    }

    @Test
    void a_second_init_ends_with_3_and_changes_no_byte() throws Exception {
        ringOf("APIfirst");
        var before = Files.readAllBytes(ring);
        var keyFile = folder.resolve("keys.yaml");
        var ended = run("", "init", "--key-file", keyFile.toString());
        assertEquals(3, ended.status(), ended.toString());
        assertTrue(ended.err().contains("nothing was changed"), ended.err());
        assertArrayEquals(before, Files.readAllBytes(ring));
        assertFalse(Files.exists(keyFile), "a key file of a pair that is in no ring");
    }

    @Test
    void init_overwrites_no_key_file_and_then_makes_no_ring() throws IOException {
        var keyFile = Files.writeString(folder.resolve("keys.yaml"), "as it was");
        var ended = run("", "init", "--key-file", keyFile.toString());
        assertEquals(1, ended.status(), ended.toString());
        assertTrue(ended.err().contains(keyFile.toString()), ended.err());
        assertEquals("as it was", Files.readString(keyFile));
        assertFalse(Files.exists(ring));
    }

    @Test
    void a_command_needs_no_policy_no_issuer_and_no_url_of_livekit() throws Exception {
        settings.putAll(Map.of("keyturn.policy.file", "nowhere.yaml", "keyturn.cors.origins", "*",
                "keyturn.callers.anonymous", "true", "keyturn.livekit.url", "nonsense"));
        made("init");
    }

    @Test
    void help_and_version_need_no_store() {
        settings.put("keyturn.ring.store", "vault");
        assertTrue(run("", "--help").out().contains("Usage: keyturn"));
        assertTrue(run("", "--version").out().matches("keyturn \\S+\n"));
        var token = run("", "token", "--room", "r", "--identity", "i");
        assertEquals(1, token.status());
        assertTrue(token.err().contains("quarkus.vault.url"), token.err());
    }

    @Test
    void a_token_alone_is_on_the_standard_output_and_verify_says_what_is_in_it() throws Exception {
        ringOf("APIactive");
        var minted = run("", "token", "--room", "standup", "--identity", "ann", "--name", "Ann", "--attribute", "k=v",
                "--no-publish", "--ttl", "2m");
        assertEquals(0, minted.status(), minted.err());
        assertTrue(minted.out().matches("[\\w-]+\\.[\\w-]+\\.[\\w-]+\n"), minted.out());
        var read = run(minted.out(), "verify");
        assertEquals(0, read.status(), read.out());
        assertTrue(read.out().startsWith("Valid") && read.out().contains("APIactive (ACTIVE)"), read.out());
        var endpoint = "{\"server_url\": \"wss://l\", \"participant_token\": \"" + minted.out().strip() + "\"}";
        var answer = json(run(endpoint, "verify", "--json"));
        assertTrue(answer.path("valid").asBoolean());
        assertEquals("standup", answer.at("/claims/video/room").asText());
        assertFalse(answer.at("/claims/video/canPublish").asBoolean(true));
        assertEquals("ann", answer.at("/claims/sub").asText());
        assertEquals("v", answer.at("/claims/attributes/k").asText());
        assertEquals(120, answer.at("/claims/exp").asLong() - answer.at("/claims/nbf").asLong());
    }

    @Test
    void verify_says_why_a_token_is_not_valid_and_ends_with_1() throws Exception {
        ringOf("APIactive");
        var grant = new Grant("r", "i", "", "", Map.of(),
                VideoGrants.PARTICIPANT, RoomConfig.NONE, Duration.ofMinutes(5));
        var key = TestKeys.ring("APIactive").active();
        var expired = new TokenWriter().write(key, grant, Instant.now().minusSeconds(3600), "old");
        var answer = json(run(expired, "verify", "--json"), 1);
        assertFalse(answer.path("valid").asBoolean(true));
        assertTrue(answer.path("problem").asText().contains("expired"), answer.toString());
        var good = new TokenWriter().write(key, grant, Instant.now(), "new").split("\\.");
        var tampered = good[0] + "." + expired.split("\\.")[1] + "." + good[2];
        assertTrue(run(tampered, "verify").out().startsWith("Not valid: "), "a claim was changed");
        var foreign = new TokenWriter().write(TestKeys.ring("APIstranger").active(), grant, Instant.now(), "x");
        assertTrue(run(foreign, "verify").out().startsWith("Not valid: "), "the key is in no ring");
        assertEquals(1, run(foreign, "verify").status());
        assertEquals(1, run("garbage", "verify").status());
        var refused = run("{\"title\": \"Not allowed\"}", "verify");
        assertTrue(refused.status() == 1 && refused.err().contains("Not allowed"), refused.err());
    }

    @Test
    void without_a_ring_token_and_verify_say_so() {
        for (var command : new String[][] {{"token", "--room", "r", "--identity", "i"}, {"verify"}}) {
            var ended = run("a.b.c", command);
            assertEquals(1, ended.status());
            assertEquals("", ended.out());
            assertTrue(ended.err().contains("keyturn init"), ended.err());
        }
    }

    @Test
    void policy_is_checked_and_explained_by_exit_codes() throws Exception {
        var good = Files.writeString(folder.resolve("good.yaml"),
                "rules: [{name: one, for: {issuer: https://id.example}, rooms: [\"{tenant}:*\"]}]\n").toString();
        assertEquals(0, run("", "policy", "check", good).status());
        var wrong = run("rules: [{name: one}]\n", "policy", "check", "-");
        assertEquals(1, wrong.status());
        assertTrue(wrong.err().contains(":1:"), wrong.err());
        var claims = "{\"iss\": \"https://id.example\", \"sub\": \"ann\", \"tenant\": \"acme\"}";
        var explained = json(run(claims, "policy", "explain", good, "--claims", "-", "--json"));
        assertEquals("granted", explained.path("decision").asText());
        assertTrue(explained.path("room").asText().startsWith("acme:"), explained.toString());
        assertEquals(3, run("", "policy", "explain", good, "--anonymous").status());
        assertEquals(2, run("", "policy", "explain", good).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve", "init", "token", "verify", "policy", "policy check", "policy explain"})
    void every_help_shows_an_example_and_the_exit_codes(String command) {
        var ended = run("", (command + " --help").split(" "));
        assertEquals(0, ended.status(), ended.err());
        assertTrue(ended.out().contains("Usage: keyturn " + command), ended.out());
        assertTrue(ended.out().contains("Example") && ended.out().contains("keyturn " + command), ended.out());
        assertTrue(ended.out().contains("Exit codes:"), ended.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nosuch", "init --nosuch", "serve extra", "token --room r",
        "token --room r --identity i --ttl 25h", "policy", "policy check", "--nosuch"})
    void what_is_called_wrongly_ends_with_2_and_the_usage(String arguments) {
        var ended = run("", arguments.split(" "));
        assertEquals(2, ended.status(), ended.toString());
        assertTrue(ended.err().contains("Usage: keyturn"), ended.err());
        assertEquals("", ended.out());
    }

    private static JsonNode json(Ended ended) throws IOException {
        return json(ended, 0);
    }

    private static JsonNode json(Ended ended, int status) throws IOException {
        assertEquals(status, ended.status(), ended.toString());
        return new ObjectMapper().readTree(ended.out());
    }
}
