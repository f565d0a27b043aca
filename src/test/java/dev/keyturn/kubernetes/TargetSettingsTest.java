package dev.keyturn.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetSettingsTest {

    private final TestTarget settings = TestTarget.in("livekit").with("api-url", "http://127.0.0.1:8001");

    @ParameterizedTest
    @ValueSource(strings = {"namespace", "secret", "workload", "api-url"})
    void what_is_needed_and_not_set_is_named(String word) {
        assertEquals("keyturn.rotation.target is kubernetes, but keyturn.rotation.kubernetes." + word
                + " is not set, and nothing tells it: see docs/kubernetes-target.md", refusal(settings.without(word)));
    }

    @ParameterizedTest
    @CsvSource({
        "namespace, Live Kit,                  'a name of Kubernetes has small letters, digits, ''-'' and ''.'''",
        "secret, ../../nodes,                  'a name of Kubernetes has small letters, digits, ''-'' and ''.'''",
        "entry, keys/keys.yaml,                'an entry of a Secret has letters, digits, ''-'', ''_'' and ''.'''",
        "entry, ..keys,                        'an entry of a Secret has letters, digits, ''-'', ''_'' and ''.'''",
        "workload, livekit-server,             'it is a kind and a name, such as deployment/livekit-server'",
        "workload, pod/livekit,                'it begins with deployment/, statefulset/ or daemonset/'",
        "api-url, http://10.0.0.1,             'it is an https URL, or http on a loopback host'",
        "api-url, http://127.0.0.1.example,    'it is an https URL, or http on a loopback host'",
        "api-url, kubernetes.default.svc,      'it is an https URL, or http on a loopback host'",
        "api-url, ftp://127.0.0.1,             'it is an https URL, or http on a loopback host'",
        "timeout, 0s,                          'it is 100ms or more'"})
    void what_cannot_be_so_is_named_with_what_can(String word, String value, String why) {
        assertEquals("keyturn.rotation.kubernetes." + word + " cannot be so: " + why,
                refusal(settings.with(word, value)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:8001", "http://127.0.0.1:8001/", "http://[::1]:8001"})
    void a_proxy_on_the_same_machine_needs_no_tls(String url) {
        assertEquals("entry keys.yaml of secret livekit-keys in namespace livekit",
                settings.with("api-url", url).build().describe());
    }

    @ParameterizedTest
    @CsvSource({"10.96.0.1, https://10.96.0.1:443", "fd00::1, https://[fd00::1]:443"})
    void a_pod_is_told_where_the_api_server_is(String host, String url, @TempDir Path folder) {
        var inAPod = settings.without("api-url").with("ca-file", folder.resolve("none.crt").toString());
        var failure = assertThrows(ConfigurationException.class, () -> inAPod.build(
                Map.of("KUBERNETES_SERVICE_HOST", host, "KUBERNETES_SERVICE_PORT", "443")));

        // it got as far as the authorities of https
        assertTrue(failure.getMessage().startsWith("keyturn.rotation.kubernetes.ca-file: "), failure.getMessage());
    }

    @Test
    void authorities_that_are_none_are_named(@TempDir Path folder) {
        var file = TestTarget.write(folder.resolve("ca.crt"), "no certificate");

        assertEquals("keyturn.rotation.kubernetes.ca-file: " + file + " cannot be read as PEM certificates",
                refusal(settings.with("api-url", "https://10.0.0.1").with("ca-file", file.toString())));
    }

    private static String refusal(TestTarget settings) {
        return assertThrows(ConfigurationException.class, settings::build).getMessage();
    }
}
