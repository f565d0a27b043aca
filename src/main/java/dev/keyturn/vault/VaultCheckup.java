package dev.keyturn.vault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.keyturn.doctor.Checkup;
import dev.keyturn.doctor.Finding;
import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.KeyState;
import dev.keyturn.keys.RingConfig;
import dev.keyturn.rotation.RotationConfig;
import dev.keyturn.rotation.RotationConfig.Target;
import io.quarkus.arc.Unremovable;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vault.client.VaultClient;
import io.quarkus.vault.client.common.VaultRequest;
import io.quarkus.vault.client.common.VaultResultExtractor;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** What {@code keyturn doctor} wants to know of Vault, where ring or key file are in it: see {@link VaultLook}. */
@Singleton
@Unremovable
class VaultCheckup implements Checkup {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Instance<VaultClient> client;
    private final Instance<KeyRingStore> rings;
    private final RingConfig.Store store;
    private final VaultRingConfig ring;
    private final VaultTargetConfig target;
    private final boolean delivers;
    private final Clock clock;

    VaultCheckup(Instance<VaultClient> client, Instance<KeyRingStore> rings, RingConfig config, VaultRingConfig ring,
            RotationConfig rotation, VaultTargetConfig target, Clock clock) {
        this.client = client;
        this.rings = rings;
        this.clock = clock;
        this.store = config.store();
        this.ring = ring;
        this.target = target;
        this.delivers = rotation.target().filter(name -> name == Target.VAULT).isPresent();
    }

    @Override
    public String subject() {
        return "Vault";
    }

    @Override
    public List<Finding> look() {
        if (store != RingConfig.Store.VAULT && !delivers) {
            return List.of(Finding.unseen("Vault", "neither ring nor key file is configured to be in it",
                    "If they are, give the doctor Keyturn's settings (keyturn.ring.store, quarkus.vault.*)."));
        }
        try {
            var vault = VaultSecret.configured(client, "keyturn.ring.store");
            var findings = new ArrayList<Finding>();
            var places = new ArrayList<VaultPlace>();
            if (store == RingConfig.Store.VAULT) {
                places.add(new VaultPlace(vault.getBaseUrl(), ring.mount(), ring.path(), "ring",
                        "keyturn.ring.vault"));
            }
            if (delivers) {
                places.add(new VaultPlace(vault.getBaseUrl(), target.mount(), target.path(), "key file",
                        "keyturn.rotation.vault"));
            }
            var staged = staged();
            places.forEach(place -> findings.addAll(secret(vault, place, staged)));
            findings.add(rights(vault, places));
            return findings;
        } catch (ConfigurationException e) {
            return List.of(Finding.unseen("Vault", e.getMessage(), "Give the doctor Keyturn's settings."));
        }
    }

    private Optional<Boolean> staged() {
        try {
            return rings.get().read().map(stored -> !stored.ring().in(KeyState.STAGED).isEmpty());
        } catch (KeyRingStoreException | ConfigurationException e) {
            return Optional.empty(); // said of the ring
        }
    }

    private List<Finding> secret(VaultClient vault, VaultPlace place, Optional<Boolean> staged) {
        try {
            var metadata = ask(vault, VaultRequest.get("KEYTURN Doctor [metadata]")
                    .path((Object[]) (place.mount() + "/metadata/" + place.path()).split("/")));
            return VaultLook.secret(place, metadata.path("data"), staged, clock.instant());
        } catch (Exception e) { // the client throws anything, and nothing of it may end the look
            return List.of(VaultLook.unread(place, new VaultFault(e, place, ring.timeout()).of("metadata", "read")));
        }
    }

    /** What the login may do where it has to, where it need not, and where it must not. */
    private Finding rights(VaultClient vault, List<VaultPlace> places) {
        var paths = new LinkedHashMap<String, Set<String>>();
        places.forEach(place -> paths.putAll(VaultLook.needed(place)));
        var asked = new ArrayList<>(paths.keySet());
        asked.addAll(VaultLook.foreign(places));
        try {
            var answer = ask(vault, VaultRequest.post("KEYTURN Doctor [capabilities]")
                    .path("sys", "capabilities-self").body(Map.of("paths", asked)));
            var held = new LinkedHashMap<String, Set<String>>();
            asked.forEach(path -> {
                var capabilities = new TreeSet<String>();
                answer.path("data").path(path).forEach(capability -> capabilities.add(capability.asText()));
                held.put(path, capabilities);
            });
            return VaultLook.rights(held, paths);
        } catch (Exception e) { // the roles of k8s/vault may not ask that, which is right
            return tried(vault, places);
        }
    }

    /** Reads what it must not read. Nothing of the answers is kept but their status. */
    private Finding tried(VaultClient vault, List<VaultPlace> places) {
        var statuses = new LinkedHashMap<String, Integer>();
        for (var path : VaultLook.closed(places)) {
            try {
                var parts = (Object[]) path.replaceAll("/$", "").split("/");
                var request = path.endsWith("/") ? VaultRequest.list("KEYTURN Doctor [list]")
                        : VaultRequest.get("KEYTURN Doctor [read]");
                statuses.put(path, ask(vault, request.path(parts).expectAnyStatus(),
                        response -> Optional.of(IntNode.valueOf(response.getStatusCode()))).intValue());
            } catch (Exception e) { // as above; a refusal has its status
                statuses.put(path, Optional.ofNullable(VaultAnswer.of(e.getCause() == null ? e : e.getCause()))
                        .map(VaultAnswer::status).orElse(0));
            }
        }
        return VaultLook.tried(statuses);
    }

    private JsonNode ask(VaultClient vault, VaultRequest.Builder<?> request) throws Exception {
        return ask(vault, request.expectOkStatus(), response -> response.getBody().map(VaultCheckup::parsed));
    }

    private JsonNode ask(VaultClient vault, VaultRequest.Builder<?> request, VaultResultExtractor<JsonNode> extractor)
            throws Exception {
        return vault.execute(request.build(extractor)).toCompletableFuture()
                .get(timeout().toNanos(), TimeUnit.NANOSECONDS).getResult();
    }

    private Duration timeout() {
        return ring.timeout();
    }

    private static JsonNode parsed(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (IOException notJson) {
            return MissingNode.getInstance();
        }
    }
}
