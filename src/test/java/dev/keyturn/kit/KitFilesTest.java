package dev.keyturn.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That nothing under k8s/ is there for show: a kustomization has it, all of which are applied, or a test uses it. */
class KitFilesTest {

    /** Files that are in no kustomization, or folders of them, with the source of a test that uses each. */
    private static final Map<String, String> OTHERWISE = Map.ofEntries(
            Map.entry("ingress/nginx/controller-values.yaml", "kit/IngressIT"),
            Map.entry("ingress/plain", "servers/NginxServer"),
            Map.entry("livekit/host-firewall.nft", "kit/HostFirewallIT"),
            Map.entry("livekit/values.yaml", "kit/LiveKitSettingsIT"),
            Map.entry("monitoring/alertmanager.yaml", "monitoring/AlertRoutesIT"),
            Map.entry("monitoring/dashboards/generate.py", "monitoring/DashboardsIT"),
            Map.entry("monitoring/dashboards/panels.py", "monitoring/DashboardsIT"),
            Map.entry("monitoring/grafana/provisioning", "monitoring/DashboardsTest"),
            Map.entry("monitoring/grafana/values-kube-prometheus-stack.yaml", "monitoring/DashboardsTest"),
            Map.entry("monitoring/grafana/values.yaml", "monitoring/DashboardsTest"),
            Map.entry("monitoring/logs/livekit.mtail", "monitoring/LogCountersIT"),
            Map.entry("monitoring/operator/generate", "monitoring/PrometheusRulesTest"),
            Map.entry("monitoring/prometheus/blackbox.yaml", "monitoring/TurnProbeIT"),
            Map.entry("monitoring/prometheus/scrape.yaml", "monitoring/AlertsIT"),
            Map.entry("monitoring/rules", "monitoring/Rules"),
            Map.entry("rotation/kubernetes-target/create-role.yaml", "kubernetes/LiveKitInCluster"),
            Map.entry("vault/agent/vault-agent.hcl", "servers/VaultAgent"),
            Map.entry("vault/policies", "servers/VaultPolicies"),
            Map.entry("vault/setup", "servers/VaultSetup"));

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
