package dev.keyturn.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That nothing under k8s/ is there for show: a kustomization has it, all of which are applied, or a test uses it. */
class KitFilesTest {

    /** Files that are in no kustomization, or folders of them, with the source of a test that uses each. */
    private static final Map<String, String> OTHERWISE = new TreeMap<>(Map.of(
            "ingress/nginx/controller-values.yaml", "kit/IngressManifestsIT",
            "ingress/plain", "blackbox/IngressScene",
            "livekit/host-firewall.nft", "kit/HostFirewallIT",
            "livekit/values.yaml", "kit/LiveKitSettingsIT",
            "monitoring/agents-alerts.yaml", "monitoring/AlertsIT",
            "rotation/kubernetes-target/create-role.yaml", "kubernetes/LiveKitInCluster",
            "vault/agent/vault-agent.hcl", "servers/VaultAgent",
            "vault/policies", "servers/VaultPolicies",
            "vault/setup", "servers/VaultSetup"));

    @Test
    void every_file_is_in_a_kustomization_or_used_by_a_test() throws IOException {
        var unused = new TreeSet<Path>();
        try (var files = Files.walk(Kustomizations.ROOT)) {
            files.filter(Files::isRegularFile).filter(file -> !file.endsWith("kustomization.yaml")
                    && !file.toString().endsWith(".md")).forEach(unused::add); // links are looked at by LinksTest
        }
        Kustomizations.folders().forEach(folder -> used(folder).forEach(unused::remove));
        unused.removeIf(file -> OTHERWISE.keySet().stream().anyMatch(
                path -> file.startsWith(Kustomizations.ROOT.resolve(path))));
        assertEquals(new TreeSet<>(), unused);
    }

    private static Stream<Path> used(Path folder) {
        var kustomization = Kustomizations.read(folder);
        return Stream.of("/resources", "/patches", "/configMapGenerator", "/secretGenerator").flatMap(
                at -> names(kustomization.at(at))).map(name -> folder.resolve(name).normalize());
    }

    /** Every text in it that may be a file's name: {@code a.yaml}, or {@code key=a.yaml}. */
    private static Stream<String> names(JsonNode node) {
        if (node.isTextual()) {
            var text = node.asText();
            return text.contains("\n") ? Stream.empty() : Stream.of(text.substring(text.indexOf('=') + 1));
        }
        return Stream.iterate(0, at -> at < node.size(), at -> at + 1).flatMap(at -> names(
                node.isArray() ? node.get(at) : List.copyOf(node.properties()).get(at).getValue()));
    }

    @Test
    void the_tests_that_use_the_others_name_them() throws IOException {
        for (var use : OTHERWISE.entrySet()) {
            assertTrue(Files.exists(Kustomizations.ROOT.resolve(use.getKey())), use.getKey());
            var test = Files.readString(Path.of("src/test/java/dev/keyturn", use.getValue() + ".java"));
            var name = Path.of(use.getKey()).getFileName().toString();
            assertTrue(test.contains(name), use::toString);
        }
    }
}
