package dev.keyturn.vault;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keyturn.doctor.Finding;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What to think of a secret's settings and versions, and of what a login may do. */
final class VaultLook {

    /** Within this the next run of the rotator destroys what the last move left. */
    private static final Duration SOON = Duration.ofMinutes(10);

    private static final int FORBIDDEN = 403;

    private VaultLook() {}

    /**
     * @param data   of the answer about its metadata
     * @param staged whether the ring has a staged key, until whose promotion nothing is destroyed; empty if not known
     */
    static List<Finding> secret(VaultPlace place, JsonNode data, Optional<Boolean> staged, Instant now) {
        var item = "Vault: " + place.what();
        var findings = new ArrayList<Finding>();
        findings.add(data.path("cas_required").asBoolean()
                ? Finding.ok(item + ", check-and-set", "required on " + place.mount() + "/" + place.path())
                : Finding.fault(item + ", check-and-set", "not required on " + place.mount() + "/" + place.path()
                        + ": a 'vault kv put' could overwrite it", "Run 'vault kv metadata put -mount=" + place.mount()
                        + " -cas-required=true " + place.path() + "'."));
        var current = data.path("current_version").asInt();
        var readable = new ArrayList<Integer>();
        data.path("versions").fields().forEachRemaining(version -> {
            var number = version.getKey().matches("[0-9]{1,9}") ? Integer.parseInt(version.getKey()) : current;
            if (number < current && !version.getValue().path("destroyed").asBoolean()) {
                readable.add(number);
            }
        });
        findings.add(versions(item + ", old versions", readable.size(), data, staged, now));
        return findings;
    }

    private static Finding versions(String item, int readable, JsonNode data, Optional<Boolean> staged, Instant now) {
        var current = data.path("current_version").asInt();
        if (readable == 0) {
            return Finding.ok(item, "version " + current + " alone can be read");
        }
        var found = readable + (readable == 1 ? " version" : " versions") + " before " + current
                + " can still be read, with the secrets of their keys";
        if (staged.orElse(false)) {
            return Finding.ok(item, found + "; a key is staged, and once it signs they are destroyed");
        }
        return staged.isEmpty() || Duration.between(written(data), now).compareTo(SOON) < 0
                ? Finding.warning(item, found, "The next run of 'keyturn rotate' destroys them. If they stay, the rotator's"
                        + " policy lacks update on destroy/ (docs/vault.md).")
                : Finding.fault(item, found, "Run 'keyturn rotate' with a login that may update destroy/ (docs/vault.md):"
                        + " it destroys them. By hand: 'vault kv destroy -versions=...'.");
    }

    private static Instant written(JsonNode data) {
        try {
            return Instant.parse(data.path("updated_time").asText());
        } catch (DateTimeParseException none) {
            return Instant.EPOCH;
        }
    }

    static Finding unread(VaultPlace place, VaultException why) {
        return Finding.unseen("Vault: " + place.what() + ", settings", why.getMessage(),
                "A serving replica may not read them, which is right: look with the rotator's login.");
    }

    /** What it must not be able to read; one with a slash at its end is a list. */
    static List<String> closed(List<VaultPlace> places) {
        var paths = new ArrayList<String>();
        for (var mount : new TreeSet<>(places.stream().map(VaultPlace::mount).toList())) {
            paths.addAll(List.of(mount + "/data/keyturn-doctor/other", mount + "/metadata/", mount + "/config"));
        }
        paths.addAll(List.of("sys/mounts", "sys/auth", "sys/policies/acl/", "auth/token/accessors/"));
        return paths;
    }

    /** @param statuses by path; only 403 is a refusal, a 404 says that it may look; 0 is no answer */
    static Finding tried(Map<String, Integer> statuses) {
        var item = "Vault: rights of this login";
        var read = statuses.entrySet().stream().filter(tried -> tried.getValue() == 200 || tried.getValue() == 404)
                .map(tried -> tried.getKey().replace("keyturn-doctor/other", "*")).toList();
        if (!read.isEmpty()) {
            return Finding.fault(item, "it may read " + String.join(", ", read), "Take it out of the policy of that login"
                    + " (docs/vault.md has those that do). If it is yours alone, look with Keyturn's.");
        }
        return statuses.values().stream().allMatch(status -> status == FORBIDDEN)
                ? Finding.ok(item, "refused wherever else it tried to read (" + statuses.size() + " paths)")
                : Finding.unseen(item, "Vault did not answer all that was tried", "Mend what is said of ring and key file.");
    }

    /** What a rotator's login may do; a serving replica's has less (docs/vault.md). */
    static Map<String, Set<String>> needed(VaultPlace place) {
        var paths = new LinkedHashMap<String, Set<String>>();
        paths.put(place.mount() + "/data/" + place.path(), Set.of("create", "update", "read"));
        paths.put(place.mount() + "/metadata/" + place.path(), Set.of("read"));
        paths.put(place.mount() + "/destroy/" + place.path(), Set.of("update"));
        return paths;
    }

    /** Where it has no business: other secrets, the list of all, and Vault's own settings. */
    static List<String> foreign(List<VaultPlace> places) {
        var paths = new ArrayList<String>();
        for (var mount : new TreeSet<>(places.stream().map(VaultPlace::mount).toList())) {
            paths.add(mount + "/data/keyturn-doctor/other");
            paths.add(mount + "/metadata/");
            paths.add(mount + "/config");
        }
        paths.addAll(List.of("sys/mounts", "sys/policies/acl/keyturn-doctor", "sys/auth/keyturn-doctor",
                "auth/token/create"));
        return paths;
    }

    /**
     * @param held   what it may do, by path; {@code deny} is nothing
     * @param needed what it may need
     */
    static Finding rights(Map<String, Set<String>> held, Map<String, Set<String>> needed) {
        var item = "Vault: rights of this login";
        if (held.values().stream().anyMatch(capabilities -> capabilities.contains("root"))) {
            return Finding.fault(item, "root: it may do everything", "Give Keyturn a login with the policy of docs/vault.md"
                    + " (quarkus.vault.authentication), and revoke this token. If it is yours alone, look with Keyturn's.");
        }
        var more = new ArrayList<String>();
        held.forEach((path, capabilities) -> {
            var beyond = new TreeSet<>(capabilities);
            beyond.remove("deny");
            beyond.removeAll(needed.getOrDefault(path, Set.of()));
            if (!beyond.isEmpty()) {
                more.add(String.join(", ", beyond) + " on " + path.replace("keyturn-doctor/other", "*")
                        .replace("keyturn-doctor", "*"));
            }
        });
        return more.isEmpty() ? Finding.ok(item, "what Keyturn needs, and nothing of what was tried beyond it")
                : Finding.fault(item, "more than Keyturn needs: " + String.join("; ", more),
                        "Take it out of the policy of that login (docs/vault.md has those that do).");
    }
}
