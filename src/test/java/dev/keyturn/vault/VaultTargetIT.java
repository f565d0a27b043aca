package dev.keyturn.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keyturn.rotation.Delivered;
import dev.keyturn.rotation.Delivered.Restart;
import dev.keyturn.rotation.DeliveryConflictException;
import dev.keyturn.rotation.DeliveryException;
import dev.keyturn.rotation.DeliveryException.Kind;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.VaultPolicies;
import dev.keyturn.servers.VaultServer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NeedsServer(ServerBinary.VAULT)
class VaultTargetIT {

    private static final KeyFile FIRST = Rings.keyFile();

    private static VaultServer vault;
    private static int paths;

    private String path;
    private VaultTarget target;

    @BeforeAll
    static void start() {
        vault = VaultServer.shared();
    }

    @BeforeEach
    void open() {
        path = "target/" + ++paths;
        target = VaultClients.target(vault.url(), vault.rootToken(), path);
    }

    @Test
    void where_nothing_was_ever_delivered_there_is_no_key_file() throws Exception {
        assertEquals(Delivered.NOTHING, target.read());
        assertEquals(0, target.destroyEarlier(Delivered.NOTHING));
    }

    @Test
    void the_first_file_is_delivered_and_read_back_as_it_was_and_others_restart_livekit() throws Exception {
        target.deliver(FIRST, target.read());

        var written = Instant.parse(metadata().at("/versions/1/created_time").textValue());
        assertEquals(new Delivered(Optional.of(FIRST), "1", written, Restart.DONE, ""), target.read());
        assertEquals(FIRST.text(), latest().path("keys.yaml").textValue());
    }

    @Test
    void the_next_file_replaces_it() throws Exception {
        target.deliver(FIRST, target.read());
        var next = Rings.nextKeyFile();

        target.deliver(next, target.read());

        assertEquals(Optional.of(next), target.read().file());
        assertEquals("2", target.read().revision());
    }

    @Test
    void the_first_delivery_keeps_people_from_overwriting_the_file() throws Exception {
        target.deliver(FIRST, target.read());

        assertTrue(metadata().path("cas_required").booleanValue());
        assertEquals(400, vault.api().status("POST", "secret/data/" + path, Map.of("data", Map.of("oops", 1))));
    }

    @Test
    void what_others_keep_in_the_same_secret_stays_and_so_do_their_ways_to_write_it() throws Exception {
        vault.api().putSecret("secret", path, Map.of("turn", Map.of("port", 3478), "region", "eu"));
        assertEquals(Optional.empty(), target.read().file());

        target.deliver(FIRST, target.read());
        target.deliver(Rings.nextKeyFile(), target.read());

        assertEquals(3478, latest().at("/turn/port").intValue());
        assertEquals("eu", latest().path("region").textValue());
        assertFalse(metadata().path("cas_required").booleanValue());
    }

    @Test
    void whoever_replaces_what_is_no_longer_there_is_told_and_changes_nothing() throws Exception {
        target.deliver(FIRST, Delivered.NOTHING);
        var seen = target.read();
        target.deliver(Rings.nextKeyFile(), seen);
        var there = target.read();

        var late = assertThrows(DeliveryConflictException.class, () -> target.deliver(FIRST, seen));
        assertEquals(target.describe() + " is no longer at version 1: someone else replaced it first",
                late.getMessage());
        var first = assertThrows(DeliveryConflictException.class, () -> target.deliver(FIRST, Delivered.NOTHING));
        assertEquals(target.describe() + " holds a key file already", first.getMessage());
        assertEquals(there, target.read());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void of_many_rotators_at_once_exactly_one_delivers(boolean first) throws Exception {
        if (!first) {
            target.deliver(FIRST, Delivered.NOTHING);
        }
        var seen = target.read();
        var together = new CyclicBarrier(6);
        var rotators = new ArrayList<Callable<KeyFile>>();
        for (int i = 0; i < 6; i++) {
            var own = VaultClients.target(vault.url(), vault.rootToken(), path);
            var file = Rings.nextKeyFile(); // another one each
            rotators.add(() -> {
                together.await();
                own.deliver(file, seen);
                return file;
            });
        }
        var threads = Executors.newFixedThreadPool(6);
        try {
            var won = new ArrayList<KeyFile>();
            for (var outcome : threads.invokeAll(rotators)) {
                try {
                    won.add(outcome.get());
                } catch (ExecutionException lost) {
                    assertEquals(DeliveryConflictException.class, lost.getCause().getClass(),
                            () -> lost.getCause().getMessage());
                }
            }
            assertEquals(List.of(target.read().file().orElseThrow()), won);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void a_file_edited_by_hand_is_seen_as_it_is_and_replaced() throws Exception {
        target.deliver(FIRST, Delivered.NOTHING);
        var byHand = "APIhand: \"" + Rings.CANARY + "\"\n";
        put(byHand, 1);

        assertEquals(Optional.of(KeyFile.read(byHand)), target.read().file());
        target.deliver(FIRST, target.read());

        assertEquals(Optional.of(FIRST), target.read().file());
        assertEquals("3", target.read().revision());
    }

    @Test
    void one_of_ours_that_someone_broke_is_there_without_its_keys_and_replaced() throws Exception {
        target.deliver(FIRST, Delivered.NOTHING);
        put(FIRST.text().replace(":", ""), 1); // the first line is broken too
        assertForeign("lines of 'KEY: secret' were expected");
        put(FIRST.text() + "oops", 2);

        var found = target.read();

        assertEquals(new KeyFile(FIRST.header(), Map.of()), found.file().orElseThrow());
        target.deliver(FIRST, found);
        assertEquals(Optional.of(FIRST), target.read().file());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "CANARY", "- CANARY", "", "a: \"CANARY", "{\"keys\": {\"a\": \"CANARY\"}}", "CANARY: short"})
    void what_is_no_key_file_is_not_quoted_and_not_taken_for_one(String text) {
        vault.api().putSecret("secret", path, Map.of("keys.yaml", text.replace("CANARY", Rings.CANARY)));

        assertForeign("is not LiveKit's key file, and is not overwritten");
    }

    @Test
    void a_field_that_is_not_text_is_not_taken_for_a_key_file() {
        vault.api().putSecret("secret", path, Map.of("keys.yaml", Map.of("APIa", Rings.CANARY)));

        assertForeign("it is not text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"delete", "destroy"})
    void a_file_that_someone_deleted_is_delivered_anew_on_top_of_it(String way) throws Exception {
        target.deliver(FIRST, Delivered.NOTHING);
        if (way.equals("delete")) {
            vault.api().delete("secret/data/" + path);
        } else {
            vault.api().post("secret/destroy/" + path, Map.of("versions", List.of(1)));
        }

        var found = target.read();
        assertEquals(new Delivered(Optional.empty(), "1", Instant.EPOCH, Restart.DONE, ""), found);
        assertThrows(DeliveryConflictException.class, () -> target.deliver(FIRST, Delivered.NOTHING));
        target.deliver(FIRST, found);

        assertEquals(Optional.of(FIRST), target.read().file());
        assertEquals("2", target.read().revision());
        assertThrows(DeliveryConflictException.class, () -> target.deliver(FIRST, found));
    }

    @Test
    void a_secret_that_is_gone_with_all_its_versions_is_delivered_anew() throws Exception {
        target.deliver(FIRST, Delivered.NOTHING);
        var seen = target.read();
        vault.api().delete("secret/metadata/" + path);

        assertThrows(DeliveryConflictException.class, () -> target.deliver(Rings.nextKeyFile(), seen));
        assertEquals(Delivered.NOTHING, target.read());
        target.deliver(FIRST, target.read());
        assertEquals(Optional.of(FIRST), target.read().file());
    }

    @Test
    void the_pages_policies_are_enough_and_the_carriers_may_only_read() throws Exception {
        vault.api().prepare(path);
        vault.api().policy("target-rotator", VaultPolicies.ROTATOR.replace("keyturn/livekit", path));
        vault.api().policy("carrier", VaultPolicies.CARRIER.replace("keyturn/livekit", path));
        var rotator = VaultClients.target(vault.url(), token("target-rotator"), path);
        var carrier = VaultClients.target(vault.url(), token("carrier"), path);

        rotator.deliver(FIRST, rotator.read());
        rotator.deliver(Rings.nextKeyFile(), rotator.read());
        var there = rotator.read();
        assertEquals(1, rotator.destroyEarlier(there));

        assertTrue(metadata().path("cas_required").booleanValue());
        assertEquals(there, carrier.read());
        var denied = assertThrows(DeliveryException.class, () -> carrier.deliver(FIRST, there));
        assertEquals(Kind.DENIED, denied.kind());
        assertTrue(denied.getMessage().endsWith("the policy of Keyturn's login needs path \"secret/data/" + path
                + "\" { capabilities = [\"update\"] }"), denied.getMessage());
    }

    private void assertForeign(String says) {
        var foreign = assertThrows(DeliveryException.class, target::read);
        assertEquals(Kind.FOREIGN, foreign.kind());
        assertTrue(foreign.getMessage().contains(says), foreign.getMessage());
        Rings.shown(foreign, vault);
    }

    private static String token(String policy) {
        return vault.api().token(Duration.ofHours(1), policy);
    }

    /** Writes the field as a person would who looked which version is there. */
    private void put(String text, int version) {
        vault.api().post("secret/data/" + path,
                Map.of("options", Map.of("cas", version), "data", Map.of("keys.yaml", text)));
    }

    private JsonNode latest() {
        return vault.api().get("secret/data/" + path).at("/data/data");
    }

    private JsonNode metadata() {
        return vault.api().get("secret/metadata/" + path).path("data");
    }
}
