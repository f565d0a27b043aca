package dev.keyturn.kubernetes;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The configuration, checked, with what a pod finds around it where nothing is set. */
record TargetSettings(ApiServer apiServer, String namespace, String secret, String entry, Workload workload) {

    private static final String PREFIX = "keyturn.rotation.kubernetes.";
    private static final Path OWN_NAMESPACE = Path.of("/var/run/secrets/kubernetes.io/serviceaccount/namespace");
    private static final Pattern ENTRY = Pattern.compile("[-._a-zA-Z0-9]{1,253}");

    /**
     * @param environment of the process; a pod's has the API server's address
     * @throws ConfigurationException if something is not set, or cannot be so; the message says what to set
     */
    TargetSettings(KubernetesTargetConfig config, Map<String, String> environment) {
        this(apiServer(config, environment),
                named("namespace", config.namespace().or(TargetSettings::ownNamespace)),
                named("secret", config.secret()),
                entry(config.entry()),
                workload(config.workload()));
    }

    private static ApiServer apiServer(KubernetesTargetConfig config, Map<String, String> environment) {
        if (config.timeout().compareTo(Duration.ofMillis(100)) < 0) {
            throw wrong("timeout", "it is 100ms or more");
        }
        var url = config.apiUrl().or(() -> ownCluster(environment)).orElseThrow(() -> notSet("api-url"));
        var loopback = "http".equals(url.getScheme()) && isLoopback(url.getHost());
        if (url.getHost() == null || !loopback && !"https".equals(url.getScheme())) {
            throw wrong("api-url", "it is an https URL, or http on a loopback host");
        }
        return new ApiServer(url, config.tokenFile(), config.caFile(), config.timeout());
    }

    private static boolean isLoopback(String host) {
        try {
            return host != null && (host.equals("localhost")
                    || host.matches("[0-9.]+|\\[.*]") && InetAddress.getByName(host).isLoopbackAddress());
        } catch (IOException e) {
            return false;
        }
    }

    /** As every pod is told (https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/). */
    private static Optional<URI> ownCluster(Map<String, String> environment) {
        var host = environment.get("KUBERNETES_SERVICE_HOST");
        var port = environment.get("KUBERNETES_SERVICE_PORT");
        return host == null || port == null ? Optional.empty()
                : Optional.of(URI.create("https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port));
    }

    private static Optional<String> ownNamespace() {
        try {
            return Optional.of(Files.readString(OWN_NAMESPACE).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String named(String word, Optional<String> value) {
        var name = value.orElseThrow(() -> notSet(word));
        if (!Workload.NAME.matcher(name).matches()) {
            throw wrong(word, "a name of Kubernetes has small letters, digits, '-' and '.'");
        }
        return name;
    }

    private static String entry(String entry) {
        if (!ENTRY.matcher(entry).matches() || entry.startsWith("..") || entry.equals(".")) {
            throw wrong("entry", "an entry of a Secret has letters, digits, '-', '_' and '.'");
        }
        return entry;
    }

    private static Workload workload(Optional<String> value) {
        try {
            return Workload.of(value.orElseThrow(() -> notSet("workload")));
        } catch (IllegalArgumentException e) {
            throw wrong("workload", e.getMessage());
        }
    }

    private static ConfigurationException notSet(String word) {
        return new ConfigurationException("keyturn.rotation.target is kubernetes, but " + PREFIX + word
                + " is not set, and nothing tells it: see docs/kubernetes-target.md");
    }

    private static ConfigurationException wrong(String word, String why) {
        return new ConfigurationException(PREFIX + word + " cannot be so: " + why);
    }
}
