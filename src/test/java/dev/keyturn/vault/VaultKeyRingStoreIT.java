package dev.keyturn.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.keys.KeyRingConflictException;
import dev.keyturn.keys.KeyRingStore.Stored;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.KeyRingStoreException.Kind;
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
import org.junit.jupiter.api.TestInfo;

@NeedsServer(ServerBinary.VAULT)
class VaultKeyRingStoreIT {

    private static VaultServer vault;

    private String path;
    private VaultKeyRingStore store;

    @BeforeAll
    static void start() {
        vault = VaultServer.shared();
    }

    @BeforeEach
    void open(TestInfo test) {
        path = "store/" + test.getTestMethod().orElseThrow().getName();
        store = VaultClients.store(vault.url(), vault.rootToken(), path);
    }

    @Test
    void where_nothing_was_ever_stored_there_is_no_ring() throws Exception {
        assertEquals(Optional.empty(), store.read());
    }

    @Test
    void a_path_that_only_has_settings_is_empty_and_takes_the_first_ring() throws Exception {
        vault.api().post("secret/metadata/" + path, Map.of("cas_required", true));

        assertEquals(Optional.empty(), store.read());
        assertEquals(1, store.write(Rings.first(), null).revision());
    }

    @Test
    void the_first_write_keeps_other_settings_of_the_path() throws Exception {
        vault.api().post("secret/metadata/" + path,
                Map.of("max_versions", 3, "custom_metadata", Map.of("owner", "media")));

        store.write(Rings.first(), null);

        var metadata = vault.api().get("secret/metadata/" + path).path("data");
        assertEquals(3, metadata.path("max_versions").intValue());
        assertEquals("media", metadata.at("/custom_metadata/owner").textValue());
        assertTrue(metadata.path("cas_required").booleanValue());
    }

    @Test
    void the_first_ring_is_version_one_and_is_read_back_as_it_was() throws Exception {
        var stored = store.write(Rings.first(), null);

        assertEquals(new Stored(Rings.first(), 1), stored);
        assertEquals(Optional.of(stored), Rings.read(store));
    }

    @Test
    void a_ring_that_is_read_says_when_it_was_written_by_vaults_clock() throws Exception {
        store.write(Rings.staged(Rings.first()), store.write(Rings.first(), null));

        var second = vault.api().get("secret/metadata/" + path).at("/data/versions/2/created_time").textValue();
        assertEquals(Optional.of(Instant.parse(second)), store.read().orElseThrow().written());
    }

    @Test
    void a_read_ring_can_be_replaced() throws Exception {
        store.write(Rings.first(), null);
        var next = Rings.staged(Rings.first());

        var stored = store.write(next, store.read().orElseThrow());

        assertEquals(new Stored(next, 2), stored);
        assertEquals(Optional.of(stored), Rings.read(store));
    }

    @Test
    void a_written_ring_can_be_replaced_without_reading_it_again() throws Exception {
        var first = store.write(Rings.first(), null);
        var second = store.write(Rings.staged(first.ring()), first);

        assertEquals(Optional.of(second), Rings.read(store));
    }

    @Test
    void a_first_ring_never_replaces_one_that_is_there() throws Exception {
        var stored = store.write(Rings.first(), null);

        var conflict = assertThrows(KeyRingConflictException.class, () -> store.write(Rings.first(), null));

        assertTrue(conflict.getMessage().contains("holds a ring already"), conflict.getMessage());
        assertEquals(Optional.of(stored), Rings.read(store));
    }

    @Test
    void whoever_replaces_what_is_no_longer_there_is_told_and_writes_nothing() throws Exception {
        var first = store.write(Rings.first(), null);
        var second = store.write(Rings.staged(first.ring()), first);

        assertThrows(KeyRingConflictException.class, () -> store.write(Rings.staged(first.ring()), first));

        assertEquals(Optional.of(second), Rings.read(store));
    }

    @Test
    void of_many_writers_at_once_exactly_one_wins() throws Exception {
        var first = store.write(Rings.first(), null);
        var together = new CyclicBarrier(8);
        var writers = new ArrayList<Callable<Stored>>();
        for (int i = 0; i < 8; i++) {
            var own = VaultClients.store(vault.url(), vault.rootToken(), path);
            writers.add(() -> {
                together.await();
                return own.write(Rings.staged(first.ring()), first);
            });
        }
        var threads = Executors.newFixedThreadPool(8);
        try {
            var won = new ArrayList<Stored>();
            for (var outcome : threads.invokeAll(writers)) {
                try {
                    won.add(outcome.get());
                } catch (ExecutionException lost) {
                    assertEquals(KeyRingConflictException.class, lost.getCause().getClass(),
                            () -> lost.getCause().getMessage());
                }
            }
            assertEquals(List.of(Rings.read(store).orElseThrow()), won);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void the_first_write_keeps_people_from_overwriting_the_ring() throws Exception {
        store.write(Rings.first(), null);

        assertTrue(vault.api().get("secret/metadata/" + path).at("/data/cas_required").booleanValue());
        assertEquals(400, vault.api().status("POST", "secret/data/" + path, Map.of("data", Map.of("oops", 1))));
    }

    @Test
    void a_policy_without_metadata_still_stores_the_first_ring() throws Exception {
        vault.api().policy("data-only",
                "path \"secret/data/" + path + "\" { capabilities = [\"create\", \"update\", \"read\"] }");
        var token = vault.api().token(Duration.ofHours(1), "data-only");

        var stored = VaultClients.store(vault.url(), token, path).write(Rings.first(), null);

        assertEquals(Optional.of(stored), Rings.read(store));
        assertFalse(vault.api().get("secret/metadata/" + path).at("/data/cas_required").booleanValue());
    }

    @Test
    void a_serving_replica_may_read_and_not_write() throws Exception {
        var ring = VaultClients.store(vault.url(), vault.rootToken(), "keyturn/ring");
        var stored = ring.write(Rings.first(), null);
        vault.api().policy("serving", VaultPolicies.SERVING);
        var token = vault.api().token(Duration.ofHours(1), "serving");
        var serving = VaultClients.store(vault.url(), token, "keyturn/ring");

        assertEquals(Optional.of(stored), Rings.read(serving));
        var denied = assertThrows(KeyRingStoreException.class,
                () -> serving.write(Rings.staged(stored.ring()), stored));

        assertEquals(Kind.DENIED, denied.kind());
        assertTrue(denied.getMessage().endsWith("the policy of Keyturn's login needs"
                        + " path \"secret/data/keyturn/ring\" { capabilities = [\"update\"] }"),
                denied.getMessage());
        assertEquals(Optional.of(stored), Rings.read(ring));
    }

    @Test
    void the_rotators_policy_is_enough_for_the_first_ring_the_next_and_destroying_the_old() throws Exception {
        vault.api().prepare(path);
        vault.api().policy("rotator", VaultPolicies.ROTATOR.replace("keyturn/ring", path));
        var token = vault.api().token(Duration.ofHours(1), "rotator");
        var rotator = VaultClients.store(vault.url(), token, path);

        var first = rotator.write(Rings.first(), null);
        var second = rotator.write(Rings.staged(first.ring()), first);

        assertEquals(Optional.of(second), Rings.read(rotator));
        assertTrue(vault.api().get("secret/metadata/" + path).at("/data/cas_required").booleanValue());
        assertEquals(1, rotator.destroyEarlier(second));
    }

    @Test
    void it_says_where_the_ring_is_without_what_a_url_may_hide() {
        var hidden = vault.url().replace("http://", "http://user:password@");

        assertEquals("secret/" + path + " in Vault at " + vault.url(),
                VaultClients.store(hidden, vault.rootToken(), path).describe());
    }
}
