package dev.keyturn.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keyturn.kit.Cyclonus.End;
import dev.keyturn.kit.Cyclonus.Pod;
import dev.keyturn.kit.Cyclonus.Question;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The policies let through what docs/network.md says, and nothing else. */
@NeedsServer({ServerBinary.KUBECTL, ServerBinary.CYCLONUS})
class NetworkPoliciesIT {

    private static final String NAME = "app.kubernetes.io/name";
    private static final String COMPONENT = "app.kubernetes.io/component";

    /**
     * Who is who in the tables. A name may stand for several ends, all of which must fare alike: an address of each kind,
     * the cluster's DNS and the node's. A pod's address matters only where a policy could take it for one outside.
     */
    private static final Map<String, List<End>> WHO = Map.ofEntries(
            Map.entry("keyturn", pod("keyturn", Map.of(NAME, "keyturn", COMPONENT, "token-server"))),
            Map.entry("rotation", pod("keyturn", Map.of(NAME, "keyturn", COMPONENT, "rotation"))),
            Map.entry("livekit", pod("livekit", Map.of(NAME, "livekit-server"))),
            Map.entry("redis", pod("livekit", Map.of(NAME, "redis"))),
            Map.entry("agent", pod("agents", Map.of(NAME, "support-agent"))),
            Map.entry("agent-elsewhere", List.of(new End(new Pod("sales", Map.of("kubernetes.io/metadata.name", "sales",
                    "keyturn.dev/agents", "true"), Map.of(NAME, "sales-agent")), "10.244.0.9"))),
            Map.entry("ingress-controller", pod("ingress-nginx", Map.of(NAME, "ingress-nginx"))),
            Map.entry("prometheus", pod("monitoring", Map.of(NAME, "prometheus"))),
            Map.entry("grafana", pod("monitoring", Map.of(NAME, "grafana"))),
            Map.entry("vault", pod("vault", Map.of(NAME, "vault"))),
            Map.entry("pod-elsewhere", pod("default", Map.of(NAME, "shop"))),
            Map.entry("pod-in-keyturn", pod("keyturn", Map.of("run", "shell"))),
            Map.entry("pod-in-livekit", pod("livekit", Map.of("run", "shell"))),
            Map.entry("pod-in-agents", pod("agents", Map.of("run", "shell"))),
            Map.entry("dns", List.of(
                    pod("kube-system", Map.of("k8s-app", "kube-dns")).get(0), new End(null, "169.254.20.10"))),
            Map.entry("api-server", outside("192.0.2.1")),
            Map.entry("livekit-node", outside("192.0.2.17")),
            Map.entry("internet", outside("203.0.113.7", "2a00:1450:4001::7")),
            Map.entry("private", outside("10.0.0.7", "100.64.0.7", "172.16.0.7", "192.168.0.7", "fd00::7")),
            Map.entry("metadata", outside("169.254.169.254", "fd00:ec2::254", "fe80::a9fe:a9fe")));

    private static final Map<String, List<String>> FOLDERS = Map.of(
            "Into the kit", Manifests.KIT,
            "Out of the kit", Manifests.KIT,
            "Kubernetes target", with(Manifests.KUBERNETES_TARGET),
            "LiveKit on the host's network", with(Manifests.HOST_NETWORK));

    private static final List<String> EVERYTHING = with(Manifests.KUBERNETES_TARGET, Manifests.HOST_NETWORK);

    @ParameterizedTest
    @ValueSource(strings = {"Into the kit", "Out of the kit", "Kubernetes target", "LiveKit on the host's network"})
    void who_may_reach_whom_is_what_the_page_says(String heading) throws Exception {
        assertEquals(new TreeSet<>(), otherwise(MatrixTable.read(heading).cells(), policies(FOLDERS.get(heading))));
    }

    /** For those who take one folder into a cluster of theirs; only strangers in our namespaces need the default. */
    @ParameterizedTest
    @ValueSource(strings = {"Into the kit", "Out of the kit"})
    void each_part_is_closed_by_its_own_policy_without_the_namespaces_default(String heading) throws Exception {
        var cells = MatrixTable.read(heading).cells().stream().filter(cell -> !cell.who().startsWith("pod-in-")).toList();
        var policies = policies(Manifests.KIT).stream()
                .filter(policy -> !policy.path("metadata").path("name").asText().equals("default-deny")).toList();
        assertEquals(new TreeSet<>(), otherwise(cells, policies));
    }

    /** The cells about which these policies say otherwise. */
    private static Set<String> otherwise(List<MatrixTable.Cell> cells, List<JsonNode> policies) throws Exception {
        var questions = new ArrayList<Question>();
        var asked = new ArrayList<MatrixTable.Cell>();
        for (var cell : cells) {
            for (var from : WHO.get(cell.who())) {
                for (var to : WHO.get(cell.whom())) {
                    questions.add(new Question(from, to, cell.port(), cell.protocol()));
                    asked.add(cell);
                }
            }
        }
        var answers = Cyclonus.mayReach(policies, questions);
        var otherwise = new TreeSet<String>();
        for (var at = 0; at < answers.size(); at++) {
            if (answers.get(at) != asked.get(at).yes()) {
                otherwise.add(asked.get(at) + " (" + questions.get(at).from().address() + " to "
                        + questions.get(at).to().address() + "): " + (answers.get(at) ? "yes" : "no"));
            }
        }
        return otherwise;
    }

    /** Whoever may make pods in another namespace could give them any label. */
    @Test
    void the_labels_of_a_friend_in_another_namespace_open_nothing() throws Exception {
        var columns = MatrixTable.read("Into the kit").cells().stream()
                .filter(cell -> cell.who().equals("pod-elsewhere")).toList();
        var questions = new ArrayList<Question>();
        var expected = new ArrayList<Boolean>();
        for (var friend : WHO.values()) {
            if (friend.get(0).pod() != null) {
                var impostor = pod("default", friend.get(0).pod().labels()).get(0);
                for (var cell : columns) {
                    questions.add(new Question(impostor, WHO.get(cell.whom()).get(0), cell.port(), cell.protocol()));
                    expected.add(cell.yes());
                }
            }
        }
        assertEquals(expected, Cyclonus.mayReach(policies(Manifests.KIT), questions));
    }

    /** So that no port is opened that the tables are silent about. */
    @Test
    void each_rule_names_its_ports_and_each_port_let_in_is_in_the_table() throws IOException {
        var columns = MatrixTable.read("Into the kit").cells().stream()
                .map(cell -> cell.port() + "/" + cell.protocol()).collect(Collectors.toSet());
        for (var policy : policies(EVERYTHING)) {
            for (var rule : rules(policy)) {
                assertFalse(rule.path("ports").isEmpty(), () -> Manifests.name(policy) + ": all ports: " + rule);
            }
            for (var rule : policy.path("spec").path("ingress")) {
                for (var port : rule.path("ports")) {
                    var column = port.path("port").asText() + "/" + port.path("protocol").asText();
                    assertTrue(columns.contains(column), () -> Manifests.name(policy) + " lets in " + column);
                }
            }
        }
    }

    @Test
    void cyclonus_has_no_complaint_about_how_they_are_written() throws Exception {
        assertEquals(List.of(), Cyclonus.complaints(policies(EVERYTHING)));
    }

    private static List<JsonNode> rules(JsonNode policy) {
        var rules = new ArrayList<JsonNode>();
        policy.path("spec").path("ingress").forEach(rules::add);
        policy.path("spec").path("egress").forEach(rules::add);
        return rules;
    }

    private static List<JsonNode> policies(List<String> folders) throws IOException {
        return Manifests.ofKind("NetworkPolicy", Manifests.of(folders));
    }

    private static List<String> with(String... more) {
        return Stream.concat(Manifests.KIT.stream(), Stream.of(more)).toList();
    }

    private static List<End> pod(String namespace, Map<String, String> labels) {
        var namespaceLabels = new HashMap<>(Map.of("kubernetes.io/metadata.name", namespace));
        if (namespace.equals("agents")) {
            namespaceLabels.put("keyturn.dev/agents", "true");
        }
        return List.of(new End(new Pod(namespace, namespaceLabels, labels), "10.244.0.7"));
    }

    private static List<End> outside(String... addresses) {
        return List.of(addresses).stream().map(address -> new End(null, address)).toList();
    }
}
