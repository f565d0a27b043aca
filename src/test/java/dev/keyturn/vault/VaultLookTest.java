package dev.keyturn.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.doctor.Finding;
import dev.keyturn.doctor.Verdict;
import java.io.IOException;
import java.net.URL;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VaultLookTest {

    private static VaultPlace place() throws IOException {
        return new VaultPlace(new URL("https://vault.test:8200"), "secret", "keyturn/ring", "ring", "keyturn.ring.vault");
    }

    private static JsonNode metadata(boolean cas, int current, int destroyed) throws IOException {
        var versions = new StringBuilder();
        for (int version = 1; version <= current; version++) {
            versions.append(version == 1 ? "" : ",").append("\"").append(version).append("\": {\"destroyed\": ")
                    .append(version <= destroyed).append('}');
        }
        return new ObjectMapper().readTree("{\"cas_required\": " + cas + ", \"current_version\": " + current
                + ", \"updated_time\": \"2026-01-01T00:00:00.123456789Z\", \"versions\": {" + versions + "}}");
    }

    private static List<Verdict> verdicts(JsonNode metadata) throws IOException {
        return verdicts(metadata, Optional.of(false), "2026-01-01T01:00:00Z");
    }

    private static List<Verdict> verdicts(JsonNode metadata, Optional<Boolean> staged, String now) throws IOException {
        return VaultLook.secret(place(), metadata, staged, Instant.parse(now)).stream().map(Finding::verdict).toList();
    }

    @Test
    void a_secret_of_one_version_that_requires_check_and_set_is_fine() throws IOException {
        assertEquals(List.of(Verdict.OK, Verdict.OK), verdicts(metadata(true, 1, 0)));
        assertEquals(List.of(Verdict.OK, Verdict.OK), verdicts(metadata(true, 9, 8)));
    }

    @Test
    void one_that_may_be_overwritten_is_a_fault() throws IOException {
        assertEquals(Verdict.FAULT, verdicts(metadata(false, 1, 0)).get(0));
    }

    @Test
    void old_versions_are_a_fault_unless_a_key_is_staged_or_the_next_run_is_due() throws IOException {
        var left = metadata(true, 4, 1);

        assertEquals(Verdict.FAULT, verdicts(left).get(1));
        assertEquals(Verdict.OK, verdicts(left, Optional.of(true), "2026-01-01T01:00:00Z").get(1));
        assertEquals(Verdict.WARNING, verdicts(left, Optional.of(false), "2026-01-01T00:05:00Z").get(1));
        assertEquals(Verdict.WARNING, verdicts(left, Optional.empty(), "2026-01-01T01:00:00Z").get(1));
    }

    @Test
    void a_login_that_may_not_ask_for_its_rights_is_refused_wherever_it_tries() throws IOException {
        var statuses = new HashMap<String, Integer>();
        VaultLook.closed(List.of(place())).forEach(path -> statuses.put(path, 403));

        assertEquals(Verdict.OK, VaultLook.tried(statuses).verdict());
        statuses.put("sys/mounts", 0);
        assertEquals(Verdict.UNSEEN, VaultLook.tried(statuses).verdict());
        statuses.put("secret/data/keyturn-doctor/other", 404);
        assertEquals(Verdict.FAULT, VaultLook.tried(statuses).verdict());
        assertEquals("it may read secret/data/*", VaultLook.tried(statuses).found());
    }

    @Test
    void a_login_has_what_the_documents_give_and_no_more() throws IOException {
        var needed = VaultLook.needed(place());
        var held = new HashMap<String, Set<String>>(needed);
        VaultLook.foreign(List.of(place())).forEach(path -> held.put(path, Set.of("deny")));

        assertEquals(Verdict.OK, VaultLook.rights(held, needed).verdict());
        assertEquals(Verdict.OK, VaultLook.rights(Map.of("secret/data/keyturn/ring", Set.of("read")), needed).verdict());
        held.put("sys/mounts", Set.of("read"));
        assertTrue(VaultLook.rights(held, needed).found().contains("read on sys/mounts"));
        held.put("secret/data/keyturn/ring", Set.of("read", "delete"));
        assertTrue(VaultLook.rights(held, needed).found().contains("delete on secret/data/keyturn/ring"));
        held.put("sys/mounts", Set.of("root"));
        assertTrue(VaultLook.rights(held, needed).found().startsWith("root"));
    }
}
