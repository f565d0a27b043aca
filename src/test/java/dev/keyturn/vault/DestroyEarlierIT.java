package dev.keyturn.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.servers.FaultyProxy;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.VaultPolicies;
import dev.keyturn.servers.VaultServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Old versions still hold dropped keys: they are destroyed, and the current one stays. Four versions are there. */
@NeedsServer(ServerBinary.VAULT)
class DestroyEarlierIT {

    private static VaultServer vault;
    private static int paths;

    private String path;
    private FaultyProxy proxy;
    private VaultKeyRingStore store;

    @BeforeAll
    static void start() {
        vault = VaultServer.shared();
    }

    @BeforeEach
    void storeFourRings() throws Exception {
        path = "destroy/" + ++paths;
        vault.api().prepare(path, path + "/file");
        vault.api().policy("destroyer", VaultPolicies.ROTATOR.replace("keyturn/ring", path));
        proxy = FaultyProxy.before(vault.url());
        store = VaultClients.store(proxy.url(), vault.api().token(Duration.ofHours(1), "destroyer"), path);
        var stored = store.write(Rings.first(), null);
        for (int version = 2; version <= 4; version++) {
            stored = store.write(Rings.staged(Rings.first()), stored);
        }
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    @Test
    void all_but_the_current_version_can_never_be_read_again() throws Exception {
        var current = store.read().orElseThrow();

        assertEquals(3, store.destroyEarlier(current));

        assertEquals(List.of(1, 2, 3), destroyed());
        assertEquals(current, store.read().orElseThrow());
        assertEquals(404, vault.api().status("GET", "secret/data/" + path + "?version=1", null));
        vault.api().status("POST", "secret/undelete/" + path, Map.of("versions", List.of(1)));
        assertEquals(404, vault.api().status("GET", "secret/data/" + path + "?version=1", null));
    }

    @Test
    void where_none_is_left_nothing_is_destroyed_again() throws Exception {
        store.destroyEarlier(store.read().orElseThrow());
        var asked = proxy.count();

        assertEquals(0, store.destroyEarlier(store.read().orElseThrow()));

        assertEquals(List.of("GET /v1/secret/data/" + path, "GET /v1/secret/metadata/" + path),
                proxy.requests().subList(asked, proxy.count()));
    }

    @Test
    void what_a_crash_left_over_is_destroyed_by_the_next_run_and_so_is_what_was_only_deleted() throws Exception {
        vault.api().post("secret/destroy/" + path, Map.of("versions", List.of(2)));
        vault.api().post("secret/delete/" + path, Map.of("versions", List.of(1)));

        assertEquals(2, store.destroyEarlier(store.read().orElseThrow()));

        assertEquals(List.of(1, 2, 3), destroyed());
    }

    @Test
    void a_version_that_someone_wrote_meanwhile_stays_and_so_does_the_one_that_was_seen() throws Exception {
        var seen = store.read().orElseThrow();
        store.write(Rings.staged(Rings.first()), seen);

        assertEquals(3, store.destroyEarlier(seen));

        assertEquals(List.of(1, 2, 3), destroyed());
        assertEquals(5, store.read().orElseThrow().revision());
    }

    @Test
    void a_ring_that_is_gone_with_all_its_versions_has_no_earlier_ones() throws Exception {
        var seen = store.read().orElseThrow();
        vault.api().delete("secret/metadata/" + path);

        assertEquals(0, store.destroyEarlier(seen));
    }

    @Test
    void earlier_key_files_are_destroyed_in_the_same_way() throws Exception {
        vault.api().policy("destroyer", VaultPolicies.ROTATOR.replace("keyturn/livekit", path + "/file"));
        var target = VaultClients.target(proxy.url(), vault.api().token(Duration.ofHours(1), "destroyer"),
                path + "/file");
        target.deliver(Rings.keyFile(), target.read());
        target.deliver(Rings.nextKeyFile(), target.read());
        var current = target.read();

        assertEquals(1, target.destroyEarlier(current));
        assertEquals(0, target.destroyEarlier(current));

        assertEquals(current, target.read());
        assertEquals(404, vault.api().status("GET", "secret/data/" + path + "/file?version=1", null));
    }

    static Stream<Arguments> rights() {
        return Stream.of(arguments("metadata", "read"), arguments("destroy", "update"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rights")
    void a_policy_that_lacks_a_right_is_told_which(String api, String capability) throws Exception {
        var current = store.read().orElseThrow();
        var line = "secret/" + api + "/" + path;
        vault.api().policy("destroyer", VaultPolicies.ROTATOR.replace("keyturn/ring", path).lines()
                .filter(rule -> !rule.contains(line)).reduce("", (rules, rule) -> rules + rule + "\n"));

        var denied = assertThrows(KeyRingStoreException.class, () -> store.destroyEarlier(current));

        assertEquals(KeyRingStoreException.Kind.DENIED, denied.kind());
        assertTrue(denied.getMessage().endsWith("the policy of Keyturn's login needs path \"" + line
                + "\" { capabilities = [\"" + capability + "\"] }"), denied.getMessage());
        assertEquals(List.of(), destroyed());
        Rings.shown(denied, vault);
    }

    private List<Integer> destroyed() {
        var versions = vault.api().get("secret/metadata/" + path).at("/data/versions");
        return IntStream.rangeClosed(1, versions.size())
                .filter(version -> versions.at("/" + version + "/destroyed").booleanValue()).boxed().toList();
    }
}
