package dev.keyturn.kit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.servers.ServerBinary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Cyclonus, which says from NetworkPolicies alone who may reach whom: no cluster, no network. */
final class Cyclonus {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern ANSWER = Pattern.compile("(?i)\\| *IS ALLOWED\\? *\\| *(TRUE|FALSE) ");

    private Cyclonus() {}

    /** An end of a connection: a pod with its namespace, or an address alone ({@code pod} is null). */
    record End(Pod pod, String address) {

        Map<String, Object> asked() {
            return pod == null ? Map.of("IP", address) : Map.of("IP", address, "Internal", Map.of(
                    "Namespace", pod.namespace(), "NamespaceLabels", pod.namespaceLabels(), "PodLabels", pod.labels()));
        }
    }

    record Pod(String namespace, Map<String, String> namespaceLabels, Map<String, String> labels) {}

    record Question(End from, End to, int port, String protocol) {}

    /** Whether each of these may be, in their order: the sender's egress and the receiver's ingress both allow it. */
    static List<Boolean> mayReach(List<JsonNode> policies, List<Question> questions) throws Exception {
        var traffic = Files.createTempFile("keyturn-traffic", ".json");
        try {
            JSON.writeValue(traffic.toFile(), questions.stream().map(question -> Map.of(
                    "Source", question.from().asked(),
                    "Destination", question.to().asked(),
                    "ResolvedPort", question.port(),
                    "ResolvedPortName", "", // the policies go by number: a name that a pod forgot would open nothing
                    "Protocol", question.protocol())).toList());
            var answers = ANSWER.matcher(analyze(policies, "query-traffic", "--traffic-path", traffic.toString()))
                    .results().map(answer -> answer.group(1).equalsIgnoreCase("true")).toList();
            if (answers.size() != questions.size()) {
                throw new IllegalStateException(questions.size() + " questions, " + answers.size() + " answers");
            }
            return answers;
        } finally {
            Files.delete(traffic);
        }
    }

    /** What it says of the policies as they are written: no namespace, no protocol, a name twice. */
    static List<String> complaints(List<JsonNode> policies) throws Exception {
        return analyze(policies, "lint").lines().filter(line -> line.startsWith("| Source ")).toList();
    }

    private static String analyze(List<JsonNode> policies, String mode, String... more) throws Exception {
        var file = Files.createTempFile("keyturn-policies", ".json"); // several in one file only as a list
        try {
            JSON.writeValue(file.toFile(), Map.of("apiVersion", "networking.k8s.io/v1", "kind", "NetworkPolicyList",
                    "items", policies));
            var command = new ArrayList<>(List.of(ServerBinary.CYCLONUS.path().toString(), "analyze", "--mode", mode,
                    "--policy-path", file.toString()));
            command.addAll(List.of(more));
            return output(command);
        } finally {
            Files.delete(file);
        }
    }

    private static String output(List<String> command) throws IOException, InterruptedException {
        var errors = Files.createTempFile("keyturn-cyclonus", ".log");
        try {
            var process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
            process.getOutputStream().close();
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": " + Files.readString(errors));
            }
            return output;
        } finally {
            Files.delete(errors);
        }
    }
}
