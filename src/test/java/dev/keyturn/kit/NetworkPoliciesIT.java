package dev.keyturn.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The policies let through what docs/network.md says, and nothing else. */
@NeedsServer({ServerBinary.KUBECTL, ServerBinary.CYCLONUS})
class NetworkPoliciesIT {

    /** Everything that is always there. */
    private static final List<String> KIT = List.of("k8s/example");

    /** The tables of the page, and what else is applied where they hold. */
    private static final Map<String, List<String>> TABLES = Map.of(
            "Into the kit", KIT,
            "Out of the kit", KIT,
            "With the target kubernetes", with("k8s/rotation/kubernetes-target"),
            "With LiveKit on its nodes' network", with("k8s/livekit/host-network"),
            "With a Gateway", with("k8s/ingress/gateway"));

    private static final List<String> EVERYTHING =
            with("k8s/rotation/kubernetes-target", "k8s/livekit/host-network", "k8s/ingress/gateway");

    private static final Map<List<String>, Manifests> RENDERED = new HashMap<>();

    /** What makes our pods, and what the tables call those. */
    private static final Map<String, String> OURS = Map.of(
            "Deployment keyturn/keyturn", "keyturn",
            "CronJob keyturn/keyturn-rotate", "rotation",
            "Deployment livekit/livekit-server", "livekit",
            "Deployment livekit/redis", "redis",
            "Deployment agents/support-agent", "agent");

    private static final String POD_ADDRESS = "10.244.0.7"; // matters only where a policy takes it for one outside

    /** Who is who in the tables. A name may stand for several ends, all of which must fare alike. */
    private static final Map<String, List<End>> WHO = new HashMap<>();

    @BeforeAll
    static void everybodyHasLabels() throws IOException {
        for (var maker : OURS.entrySet()) {
            var labels = Manifests.labels(manifests(KIT).podTemplates().get(maker.getKey()));
            who(maker.getValue(), pod(maker.getKey().replaceAll(".* |/.*", ""), labels));
        }
        who("pod-in-keyturn", pod("keyturn", Map.of("run", "shell")));
        who("pod-in-livekit", pod("livekit", Map.of("run", "shell")));
        who("pod-in-agents", pod("agents", Map.of("run", "shell")));
        who("agent-elsewhere", new End(new Pod("sales", Map.of("keyturn.dev/agents", "true"),
                named("sales-agent")), POD_ADDRESS));
        who("ingress-controller", pod("ingress-nginx", named("ingress-nginx")));
        who("gateway", pod("gateway", named("envoy")));
        who("prometheus", pod("monitoring", named("prometheus")));
        who("grafana", pod("monitoring", named("grafana")));
        who("vault", pod("vault", named("vault")));
        who("pod-elsewhere", pod("default", named("shop")));
        who("dns", pod("kube-system", Map.of("k8s-app", "kube-dns")), new End(null, "169.254.20.10"));
        who("internet", outside("203.0.113.7"), outside("2a00:1450:4001::7"));
        who("private", outside("10.0.0.7"), outside("100.64.0.7"), outside("172.16.0.7"), outside("192.168.0.7"),
                outside("fd00::7"));
        who("metadata", outside("169.254.169.254"), outside("fd00:ec2::254"), outside("fe80::a9fe:a9fe"));
        who("api-server", outside("192.0.2.1")); // as the manifests have it, before somebody fills in the right one
        who("livekit-node", outside("192.0.2.17"));
    }

    static Set<String> tables() {
        return TABLES.keySet();
    }

    @ParameterizedTest
    @MethodSource("tables")
    void who_may_reach_whom_is_what_the_page_says(String heading) throws Exception {
        assertEquals(new TreeSet<>(), otherwise(MatrixTable.read(heading).cells(), policies(TABLES.get(heading))));
    }

    /** For those who take one folder into a cluster of theirs; only strangers in our namespaces need the default. */
    @ParameterizedTest
    @ValueSource(strings = {"Into the kit", "Out of the kit"})
    void each_part_is_closed_by_its_own_policy_without_the_namespaces_default(String heading) throws Exception {
        var cells = MatrixTable.read(heading).cells().stream().filter(cell -> !cell.who().startsWith("pod-in-")).toList();
        var policies = policies(KIT).stream()
                .filter(policy -> !policy.at("/metadata/name").asText().equals("default-deny")).toList();
        assertEquals(new TreeSet<>(), otherwise(cells, policies));
    }

    /** Whoever may make pods in another namespace could give them any label. */
    @Test
    void the_labels_of_a_friend_in_another_namespace_open_nothing() throws Exception {
        var asStranger = MatrixTable.read("Into the kit").cells().stream()
                .filter(cell -> cell.who().equals("pod-elsewhere")).toList();
        var cells = new ArrayList<MatrixTable.Cell>();
        for (var friend : List.copyOf(WHO.keySet())) {
            var pod = WHO.get(friend).get(0).pod();
            if (pod != null) {
                var impostor = "labelled as " + friend;
                who(impostor, pod("default", pod.labels()));
                asStranger.forEach(cell -> cells.add(cell.by(impostor)));
            }
        }
        assertEquals(new TreeSet<>(), otherwise(cells, policies(EVERYTHING)));
    }

    /** What is opened and in no cell would go unseen, and so would what is opened for nothing. */
    @Test
    void each_port_and_each_peer_of_each_rule_is_needed_by_a_cell() throws Exception {
        var allowed = new ArrayList<MatrixTable.Cell>();
        for (var heading : tables()) {
            MatrixTable.read(heading).cells().stream().filter(MatrixTable.Cell::yes).forEach(allowed::add);
        }
        var policies = policies(EVERYTHING);
        assertEquals(new TreeSet<>(), otherwise(allowed, policies));
        var needless = new TreeSet<String>();
        for (var at = 0; at < policies.size(); at++) {
            for (var less : RuleLess.allOf(policies.get(at))) {
                var changed = new ArrayList<>(policies);
                changed.set(at, less.policy());
                if (otherwise(allowed, changed).isEmpty()) {
                    needless.add(less.what());
                }
            }
        }
        assertEquals(new TreeSet<>(Set.of(
                // for an API server with a private address; the manifests' is reached as issuers on the internet are
                "NetworkPolicy keyturn/keyturn egress 3 without {\"port\":443,\"protocol\":\"TCP\"}",
                // for those who narrow LiveKit's UDP to anywhere
                "NetworkPolicy livekit/livekit-server egress 0 without {\"port\":53,\"protocol\":\"UDP\"}")), needless);
    }

    @Test
    void each_port_that_a_pod_opens_or_a_policy_lets_in_is_a_column() throws IOException {
        var columns = MatrixTable.read("Into the kit").cells().stream()
                .map(cell -> cell.whom() + ":" + cell.port() + "/" + cell.protocol()).collect(Collectors.toSet());
        var open = new TreeSet<String>();
        manifests(EVERYTHING).podTemplates().forEach((maker, template) -> {
            for (var container : template.at("/spec/containers")) {
                for (var port : container.path("ports")) {
                    open.add(OURS.get(maker) + ":" + port.path("containerPort").asInt() + "/"
                            + port.path("protocol").asText("TCP"));
                }
            }
        });
        for (var policy : policies(EVERYTHING)) {
            for (var rule : policy.at("/spec/ingress")) {
                assertFalse(rule.path("ports").isEmpty(), () -> Manifests.name(policy) + ": every port: " + rule);
                for (var maker : selected(policy, manifests(EVERYTHING))) {
                    for (var port : rule.path("ports")) {
                        open.add(OURS.get(maker) + ":" + port.path("port").asText() + "/" + port.path("protocol").asText());
                        if (port.has("endPort")) {
                            open.add(OURS.get(maker) + ":" + port.path("endPort").asText() + "/"
                                    + port.path("protocol").asText());
                        }
                    }
                }
            }
        }
        open.removeAll(columns);
        assertEquals(new TreeSet<>(), open);
    }

    @Test
    void each_policy_selects_a_pod_and_each_pod_has_one() throws IOException {
        var manifests = manifests(EVERYTHING);
        var open = new TreeSet<>(manifests.podTemplates().keySet());
        for (var policy : policies(EVERYTHING)) {
            var selected = selected(policy, manifests);
            assertFalse(selected.isEmpty(), () -> Manifests.name(policy) + " selects nothing");
            if (!policy.at("/spec/podSelector").isEmpty()) {
                open.removeAll(selected);
            }
        }
        assertEquals(new TreeSet<>(), open);
    }

    @Test
    void cyclonus_has_no_complaint_about_how_they_are_written() throws Exception {
        assertEquals(List.of(), Cyclonus.complaints(policies(EVERYTHING)));
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

    private static Manifests manifests(List<String> folders) throws IOException {
        var known = RENDERED.get(folders);
        if (known == null) {
            known = Manifests.of(folders);
            RENDERED.put(folders, known);
        }
        return known;
    }

    private static List<JsonNode> policies(List<String> folders) throws IOException {
        return manifests(folders).ofKind("NetworkPolicy");
    }

    private static List<String> with(String... more) {
        return Stream.concat(KIT.stream(), Stream.of(more)).toList();
    }

    /** Who makes the pods that this policy is about. */
    private static List<String> selected(JsonNode policy, Manifests manifests) {
        var wanted = policy.at("/spec/podSelector/matchLabels");
        return manifests.podTemplates().entrySet().stream()
                .filter(maker -> maker.getKey().contains(" " + Manifests.namespace(policy) + "/"))
                .filter(maker -> wanted.properties().stream().allMatch(label ->
                        label.getValue().asText().equals(Manifests.labels(maker.getValue()).get(label.getKey()))))
                .map(Map.Entry::getKey).toList();
    }

    private static void who(String name, End... ends) {
        WHO.put(name, List.of(ends));
    }

    private static End pod(String namespace, Map<String, String> labels) throws IOException {
        var namespaceLabels = new HashMap<String, String>();
        manifests(KIT).ofKind("Namespace").stream().filter(ours -> ours.at("/metadata/name").asText().equals(namespace))
                .forEach(ours -> namespaceLabels.putAll(Manifests.labels(ours)));
        namespaceLabels.put("kubernetes.io/metadata.name", namespace); // which the API server gives each
        return new End(new Pod(namespace, namespaceLabels, labels), POD_ADDRESS);
    }

    private static Map<String, String> named(String name) {
        return Map.of("app.kubernetes.io/name", name);
    }

    private static End outside(String address) {
        return new End(null, address);
    }
}
