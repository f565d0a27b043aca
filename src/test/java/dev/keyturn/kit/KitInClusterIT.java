package dev.keyturn.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keyturn.servers.KubernetesApi;
import dev.keyturn.servers.KubernetesServer;
import dev.keyturn.servers.Kustomize;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The whole of k8s/example in a cluster of its own, as {@code kubectl apply -k} leaves it there: read strictly, in
 * namespaces that enforce the Pod Security standard <em>restricted</em>. Its nodes are KWOK's, so that pods are ready
 * and Jobs end, but no container runs: whether the programs can live with what the manifests give them is tested
 * elsewhere.
 */
@NeedsServer({ServerBinary.ETCD, ServerBinary.KUBE_APISERVER, ServerBinary.KUBE_CONTROLLER_MANAGER,
    ServerBinary.KUBE_SCHEDULER, ServerBinary.KWOK, ServerBinary.KUBECTL, ServerBinary.CRDS})
class KitInClusterIT {

    private static final Path EXAMPLE = Kustomizations.ROOT.resolve("example");
    private static final List<String> NAMESPACES = List.of("keyturn", "livekit", "agents");
    private static final String JOBS = "/apis/batch/v1/namespaces/keyturn/jobs";
    private static final String CRONJOB = "/apis/batch/v1/namespaces/keyturn/cronjobs/keyturn-rotate";

    /** Whose CRDs cannot be had: those kinds are not looked at. */
    private static final String WITHOUT_CRDS = "secrets.hashicorp.com/";

    private static KubernetesServer server;
    private static KubernetesApi api;
    private static Set<String> warnings;

    @BeforeAll
    static void apply() throws IOException {
        server = KubernetesServer.start();
        api = server.api();
        var kinds = Kustomizations.folders().stream()
                .flatMap(folder -> Kustomizations.objects(Kustomize.render(folder.toString())))
                .map(KitInClusterIT::kind).collect(Collectors.toSet());
        try (var files = Files.list(ServerBinary.CRDS.path())) {
            for (var file : files.sorted().toList()) {
                for (var definition : Kustomizations.objects(Files.readString(file)).toList()) {
                    if (kinds.contains(kindOf(definition))) {
                        define(definition);
                    }
                }
            }
        }
        api.namespace("cert-manager"); // cert-manager's own, where the authority's key is
        api.namespace("monitoring");
        var applied = server.api();
        applied.apply("", manifests(EXAMPLE));
        warnings = applied.warnings();
        for (var namespace : NAMESPACES) {
            api.await("/api/v1/namespaces/" + namespace + "/serviceaccounts/default", is -> !is.isMissingNode());
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String manifests(Path folder) {
        return Stream.of(Kustomize.render(folder.toString()).split("(?m)^---$"))
                .filter(document -> !document.contains("apiVersion: " + WITHOUT_CRDS))
                .collect(Collectors.joining("---"));
    }

    private static String kind(JsonNode object) {
        var group = object.path("apiVersion").asText();
        return (group.contains("/") ? group.substring(0, group.indexOf('/')) : "") + " " + object.path("kind").asText();
    }

    private static String kindOf(JsonNode definition) {
        return definition.at("/spec/group").asText() + " " + definition.at("/spec/names/kind").asText();
    }

    private static void define(JsonNode definition) {
        var name = definition.at("/metadata/name").asText();
        api.apply("", definition.toString());
        api.await("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + name, is -> is.at("/status/conditions")
                .findValuesAsText("type").contains("Established"));
        var group = "/apis/" + definition.at("/spec/group").asText() + "/"
                + definition.at("/spec/versions/0/name").asText();
        api.await(group, resources -> resources.path("resources").findValuesAsText("kind")
                .contains(definition.at("/spec/names/kind").asText()));
    }

    @Test
    void the_example_is_applied_without_a_warning() {
        assertEquals(Set.of(), warnings);
        for (var namespace : NAMESPACES) {
            assertEquals("restricted", api.get("/api/v1/namespaces/" + namespace).at("/metadata/labels")
                    .path("pod-security.kubernetes.io/enforce").asText(), namespace);
        }
    }

    static Stream<Path> every_kustomization_can_be_applied() {
        return Kustomizations.folders().stream().filter(folder -> !folder.endsWith("host-network"));
    }

    @ParameterizedTest
    @MethodSource
    void every_kustomization_can_be_applied(Path folder) {
        var asked = server.api();
        Kustomizations.objects(manifests(folder)).filter(object -> object.path("kind").asText().equals("Namespace"))
                .forEach(namespace -> asked.apply("", namespace.toString())); // or nothing could be tried in it
        asked.dryRun(manifests(folder));
        assertEquals(Set.of(), asked.warnings());
    }

    @Test
    void live_kit_on_the_hosts_network_needs_a_namespace_that_is_privileged_as_its_folder_says() throws IOException {
        var folder = Kustomizations.ROOT.resolve("livekit/host-network");
        var asked = server.api();
        asked.dryRun(manifests(folder));
        assertTrue(asked.warnings().toString().contains("would violate PodSecurity"), asked.warnings().toString());
        assertTrue(Files.readString(folder.resolve("kustomization.yaml")).contains("has to be `privileged`"));

        label("livekit", "privileged");
        try {
            asked = server.api();
            asked.dryRun(manifests(folder));
            assertEquals(Set.of(), asked.warnings());
        } finally {
            label("livekit", "restricted");
        }
    }

    private static void label(String namespace, String level) {
        api.patch("/api/v1/namespaces/" + namespace, Map.of("metadata", Map.of("labels", Map.of(
                "pod-security.kubernetes.io/enforce", level, "pod-security.kubernetes.io/warn", level))));
    }

    @ParameterizedTest
    @CsvSource({"keyturn, keyturn, 2", "livekit, livekit-server, 2", "livekit, redis, 1", "agents, support-agent, 2"})
    void the_deployments_become_ready(String namespace, String name, int replicas) {
        api.await("/apis/apps/v1/namespaces/" + namespace + "/deployments/" + name,
                deployment -> deployment.at("/spec/replicas").asInt() == replicas); // keyturn's come from its autoscaler
        var deployment = api.awaitRollout(namespace, name);
        assertEquals(replicas, deployment.at("/status/readyReplicas").asInt());
    }

    @Test
    void of_the_token_servers_pods_one_at_most_is_taken_away() {
        api.awaitRollout("keyturn", "keyturn");
        api.await("/apis/policy/v1/namespaces/keyturn/poddisruptionbudgets/keyturn", budget ->
                budget.at("/status/currentHealthy").asInt() == 2 && budget.at("/status/disruptionsAllowed").asInt() == 1);
        var nodes = items("/api/v1/namespaces/keyturn/pods?labelSelector=app.kubernetes.io/component=token-server")
                .map(pod -> pod.at("/spec/nodeName").asText()).collect(Collectors.toSet());
        assertEquals(2, nodes.size(), "both are on one node");
    }

    @Test
    void the_proofs_service_lists_each_of_live_kits_pods() {
        api.awaitRollout("livekit", "livekit-server");
        api.await("/apis/discovery.k8s.io/v1/namespaces/livekit/endpointslices"
                + "?labelSelector=kubernetes.io/service-name=livekit-nodes",
                slices -> slices.at("/items/0/endpoints").findValuesAsText("nodeName").size() == 2
                        && slices.at("/items/0/ports").findValuesAsText("name").contains("metrics"));
    }

    @Test
    void the_cron_job_makes_a_job_and_that_ends() {
        api.patch(CRONJOB, Map.of("spec", Map.of("schedule", "* * * * *"))); // and one was due in the last two minutes
        api.patch(CRONJOB + "/status", Map.of("status", Map.of("lastScheduleTime",
                Instant.now().minus(10, ChronoUnit.MINUTES).truncatedTo(ChronoUnit.SECONDS).toString())));
        var ended = api.await(JOBS, jobs -> StreamSupport.stream(jobs.path("items").spliterator(), false)
                .anyMatch(job -> isMadeByTheCronJob(job) && conditions(job).contains("Complete")));
        assertTrue(ended.path("items").size() > 0);
    }

    private static boolean isMadeByTheCronJob(JsonNode job) {
        return job.at("/metadata/ownerReferences/0/kind").asText().equals("CronJob");
    }

    private static List<String> conditions(JsonNode job) {
        return job.at("/status/conditions").findValuesAsText("type");
    }

    /** k8s/rotation/README.md, for the exit codes that `rotate` has; the times between two tries are Kubernetes'. */
    @Test
    void each_exit_code_of_the_rotation_becomes_what_its_page_says() {
        for (int code = 0; code <= 4; code++) {
            startRotation(code);
        }
        assertEquals("Complete", awaitEnd(0).path("type").asText());
        assertEquals("PodFailurePolicy", awaitEnd(2).path("reason").asText());
        assertEquals("PodFailurePolicy", awaitEnd(4).path("reason").asText());
        for (var code : List.of(2, 4)) {
            assertEquals(1, job(code).at("/status/failed").asInt(), "what kube_job_status_failed shows");
        }
        assertEquals("BackoffLimitExceeded", awaitEnd(1).path("reason").asText());
        assertEquals(3, job(1).at("/status/failed").asInt());

        api.await("/api/v1/namespaces/keyturn/pods?labelSelector=job-name=rotate-3",
                pods -> pods.path("items").size() > 1); // it was started again
        assertEquals(List.of(), conditions(job(3)));
        assertEquals(0, job(3).at("/status/failed").asInt());
    }

    /** A Job as {@code kubectl create job --from=cronjob/keyturn-rotate} makes it, whose pods end with this code. */
    private static void startRotation(int code) {
        var template = api.get(CRONJOB).at("/spec/jobTemplate");
        if (code != 0) {
            ((ObjectNode) template.at("/spec/template/metadata")).putObject("annotations")
                    .put("keyturn.dev/ends-with", Integer.toString(code));
        }
        api.post(JOBS, Map.of("apiVersion", "batch/v1", "kind", "Job", "metadata", Map.of("name", "rotate-" + code),
                "spec", template.path("spec")));
    }

    private static JsonNode job(int code) {
        return api.get(JOBS + "/rotate-" + code);
    }

    private static JsonNode awaitEnd(int code) {
        var job = api.await(JOBS + "/rotate-" + code,
                is -> conditions(is).contains("Complete") || conditions(is).contains("Failed"));
        var last = job.at("/status/conditions");
        return last.get(last.size() - 1);
    }

    /** Who may do what: '+' always, 'k' with rotation/kubernetes-target, '-' never. All verbs that a line does not name, too. */
    private static final String RIGHTS = """
            right                                               | keyturn | keyturn-rotator | livekit-server | support-agent
            get      secrets livekit/livekit-keys               | -       | k               | -              | -
            patch    secrets livekit/livekit-keys               | -       | k               | -              | -
            get      secrets livekit/another                    | -       | -               | -              | -
            list     secrets livekit                            | -       | -               | -              | -
            create   secrets livekit                            | -       | -               | -              | -
            update   secrets livekit/livekit-keys               | -       | -               | -              | -
            delete   secrets livekit/livekit-keys               | -       | -               | -              | -
            get      secrets keyturn/keyturn-tls                | -       | -               | -              | -
            list     secrets keyturn                            | -       | -               | -              | -
            list     secrets agents                             | -       | -               | -              | -
            get      deployments.apps livekit/livekit-server    | -       | k               | -              | -
            patch    deployments.apps livekit/livekit-server    | -       | k               | -              | -
            patch    deployments.apps livekit/redis             | -       | -               | -              | -
            patch    deployments.apps keyturn/keyturn           | -       | -               | -              | -
            create   deployments.apps livekit                   | -       | -               | -              | -
            delete   deployments.apps livekit/livekit-server    | -       | -               | -              | -
            patch    cronjobs.batch keyturn/keyturn-rotate      | -       | -               | -              | -
            create   jobs.batch keyturn                         | -       | -               | -              | -
            get      configmaps keyturn/keyturn-policy          | -       | -               | -              | -
            patch    configmaps keyturn/keyturn-policy          | -       | -               | -              | -
            list     pods livekit                               | -       | -               | -              | -
            delete   pods livekit/one                           | -       | -               | -              | -
            create   pods/exec livekit                          | -       | -               | -              | -
            create   pods keyturn                               | -       | -               | -              | -
            create   serviceaccounts/token keyturn/keyturn      | -       | -               | -              | -
            create   rolebindings.rbac.authorization.k8s.io livekit | -   | -               | -              | -
            delete   networkpolicies.networking.k8s.io keyturn/keyturn | - | -              | -              | -
            list     nodes                                      | -       | -               | -              | -
            create   tokenreviews.authentication.k8s.io         | -       | -               | -              | -
            get      /openid/v1/jwks                            | +       | +               | +              | +
            get      /metrics                                   | -       | -               | -              | -
            """;

    @Test
    void each_identity_may_do_what_the_table_says_and_nothing_else() throws IOException {
        assertEquals(rights("+"), granted());
        assertNothingBeyondEveryAccount(NAMESPACES);

        var target = Kustomizations.ROOT.resolve("rotation/kubernetes-target/role.yaml");
        api.apply("", Files.readString(target));
        try {
            api.await("/readyz", any -> granted().size() > rights("+").size()); // the authorizer has a cache of its own
            assertEquals(rights("+k"), granted());
            assertNothingBeyondEveryAccount(List.of("keyturn", "agents"));
            var rules = rules("keyturn", "keyturn-rotator", "livekit");
            rules.removeAll(rules("default", "default", "livekit"));
            assertEquals(Set.of("[get, patch] [] [secrets] [livekit-keys]",
                    "[get, patch] [apps] [deployments] [livekit-server]"), rules.stream().map(rule ->
                            Stream.of("verbs", "apiGroups", "resources", "resourceNames").map(word -> texts(rule.path(word)))
                                    .collect(Collectors.joining(" "))).collect(Collectors.toSet()));
        } finally {
            api.delete("/apis/rbac.authorization.k8s.io/v1/namespaces/livekit/rolebindings/keyturn-rotator");
            api.await("/readyz", any -> granted().size() == rights("+").size());
        }
    }

    private static final Map<String, String> ACCOUNTS = Map.of("keyturn", "keyturn", "keyturn-rotator", "keyturn",
            "livekit-server", "livekit", "support-agent", "agents");

    /** The table's rights that have one of these marks, each with whose it is. */
    private static Set<String> rights(String marks) {
        return cells().entrySet().stream().filter(cell -> marks.contains(cell.getValue())).map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /** The table's rights that the API server says are there. */
    private static Set<String> granted() {
        return cells().keySet().stream().filter(KitInClusterIT::isGranted).collect(Collectors.toSet());
    }

    private static Map<String, String> cells() {
        var lines = RIGHTS.lines().map(line -> Arrays.stream(line.split("\\|")).map(String::strip).toList()).toList();
        var cells = new HashMap<String, String>();
        for (var line : lines.subList(1, lines.size())) {
            for (int column = 1; column < line.size(); column++) {
                cells.put(lines.get(0).get(column) + " " + line.get(0), line.get(column));
            }
        }
        assertEquals((lines.size() - 1) * ACCOUNTS.size(), cells.size());
        return cells;
    }

    /** @param right {@code ACCOUNT VERB RESOURCE[.GROUP] [NAMESPACE[/NAME]]}, or a path instead of a resource */
    private static boolean isGranted(String right) {
        var words = new ArrayList<>(List.of(right.split(" +")));
        var spec = new HashMap<String, Object>(Map.of(
                "user", "system:serviceaccount:" + ACCOUNTS.get(words.get(0)) + ":" + words.get(0),
                "groups", List.of("system:serviceaccounts", "system:authenticated",
                        "system:serviceaccounts:" + ACCOUNTS.get(words.get(0)))));
        if (words.get(2).startsWith("/")) {
            spec.put("nonResourceAttributes", Map.of("verb", words.get(1), "path", words.get(2)));
        } else {
            var resource = words.get(2).split("\\.", 2);
            var kind = resource[0].split("/");
            var place = (words.size() > 3 ? words.get(3) : "").split("/");
            spec.put("resourceAttributes", Map.of("verb", words.get(1), "resource", kind[0],
                    "subresource", kind.length > 1 ? kind[1] : "", "group", resource.length > 1 ? resource[1] : "",
                    "namespace", place[0], "name", place.length > 1 ? place[1] : ""));
        }
        return api.post("/apis/authorization.k8s.io/v1/subjectaccessreviews", Map.of("kind", "SubjectAccessReview",
                "apiVersion", "authorization.k8s.io/v1", "spec", spec)).at("/status/allowed").asBoolean();
    }

    /** Whatever the table does not name: what an account that nobody has given anything may do, they may, and no more. */
    private static void assertNothingBeyondEveryAccount(List<String> namespaces) {
        for (var namespace : namespaces) {
            var everybodys = rules("default", "default", namespace);
            assertFalse(everybodys.isEmpty());
            ACCOUNTS.forEach((account, home) -> assertEquals(everybodys, rules(home, account, namespace), account));
        }
    }

    private static Set<JsonNode> rules(String home, String account, String namespace) {
        var status = server.api(api.serviceAccountToken(home, account)).post(
                "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", Map.of("kind", "SelfSubjectRulesReview",
                        "apiVersion", "authorization.k8s.io/v1", "spec", Map.of("namespace", namespace))).path("status");
        assertFalse(status.path("incomplete").asBoolean());
        return Stream.of("resourceRules", "nonResourceRules").flatMap(rules ->
                StreamSupport.stream(status.path(rules).spliterator(), false)).collect(Collectors.toSet());
    }

    private static String texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText).sorted().toList().toString();
    }

    private static Stream<JsonNode> items(String path) {
        return StreamSupport.stream(api.get(path).path("items").spliterator(), false);
    }
}
