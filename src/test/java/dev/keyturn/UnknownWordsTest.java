package dev.keyturn;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnknownWordsTest {

    private static void check(ConfigSource source) {
        new UnknownWords().check(List.of(source));
    }

    private static ConfigSource property(String name) {
        return new PropertiesConfigSource(Map.of(name, "x"), "test.properties", 250);
    }

    private static ConfigSource variable(String name, String value) {
        return new EnvConfigSource(Map.of(name, value), 300);
    }

    @ParameterizedTest
    @CsvSource({
        "keyturn.rong.store, keyturn.ring.store",
        "keyturn.ring.stor, keyturn.ring.store",
        "keyturn.ring.maxStaleness, keyturn.ring.max-staleness",
        "%prod.keyturn.polcy.file, keyturn.policy.file",
        "keyturn.callers.issuers.main.audience, keyturn.callers.issuers.main.audiences",
        "'keyturn.callers.issuers.\"id.example.com\".audience', 'keyturn.callers.issuers.\"id.example.com\".audiences'",
    })
    void a_misspelt_property_is_refused_with_what_was_meant(String wrong, String meant) {
        var refused = assertThrows(ConfigurationException.class, () -> check(property(wrong)));
        assertTrue(refused.getMessage().startsWith(
                        wrong + " (test.properties) is no setting of Keyturn; did you mean " + meant + "?"),
                refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "KEYTURN_POLICY_FLIE, KEYTURN_POLICY_FILE",
        "KEYTURN_RING_MAXSTALENESS, KEYTURN_RING_MAX_STALENESS",
        "KEYTURN_CALLERS_ISSUERS_MAIN_AUDIENCE, KEYTURN_CALLERS_ISSUERS_MAIN_AUDIENCES",
        "_DEV_KEYTURN_RING_STOR, KEYTURN_RING_STORE",
    })
    void a_misspelt_environment_variable_is_refused_with_what_was_meant(String wrong, String meant) {
        var refused = assertThrows(ConfigurationException.class, () -> check(variable(wrong, "x")));
        assertTrue(refused.getMessage().startsWith("The environment variable " + wrong
                + " is no setting of Keyturn; did you mean " + meant + "?"), refused.getMessage());
    }

    @Test
    void every_unknown_word_is_named_and_none_of_their_values() {
        var source = new PropertiesConfigSource(
                Map.of("keyturn.policy.hash_key", "sesame", "keyturn.zzzzzzzz", "sesame"), "f", 250);
        var message = assertThrows(ConfigurationException.class, () -> check(source)).getMessage();
        assertEquals(3, message.lines().count(), message);
        assertTrue(message.contains("keyturn.zzzzzzzz (f) is no setting of Keyturn."), message);
        assertTrue(!message.contains("sesame"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"keyturn.ring.store", "%dev.keyturn.ring.store", "keyturn.cors.origins[0]",
        "keyturn.test.program",
        "keyturn.callers.issuers.main.audiences", "keyturn.callers.issuers.main.audiences[1]",
        "keyturn.callers.issuers.\"id.example.com\".issuer", "quarkus.http.port", "keyturnish.word", "java.home"})
    void a_known_property_and_anyone_elses_are_let_pass(String name) {
        assertDoesNotThrow(() -> check(property(name)));
    }

    @ParameterizedTest
    @CsvSource({
        "KEYTURN_RING_STORE, vault", "KEYTURN_CALLERS_ISSUERS_MAIN_AUDIENCES, a",
        "KEYTURN_CALLERS_ISSUERS_MAIN_AUDIENCES_0_, a",
        "KEYTURN_TEST_VAULT, /x", "QUARKUS_HTTP_PORT, 1", "PATH, /bin", "_DEV_KEYTURN_RING_STORE, file",
        "KEYTURN_SERVICE_HOST, 10.0.0.1", "KEYTURN_SERVICE_PORT, 8080", "KEYTURN_SERVICE_PORT_HTTP, 8080",
        "KEYTURN_PORT, tcp://10.0.0.1:8080", "KEYTURN_PORT_8080_TCP, tcp://10.0.0.1:8080",
        "KEYTURN_PORT_8080_TCP_PROTO, tcp",
        "KEYTURN_PORT_8080_TCP_PORT, 8080", "KEYTURN_PORT_8080_TCP_ADDR, 10.0.0.1",
        "KEYTURN_X_SERVICE_HOST, 10.0.0.1", "KEYTURN_X_SERVICE_PORT, 1", "KEYTURN_X_PORT, udp://10.0.0.1:1",
        "KEYTURN_X_PORT_1_UDP, u",
    })
    void a_known_variable_and_those_that_kubernetes_injects_are_let_pass(String name, String value) {
        assertDoesNotThrow(() -> check(variable(name, value)));
    }

    @Test
    void a_port_that_someone_meant_to_set_is_not_taken_for_kubernetes_doing() {
        assertThrows(ConfigurationException.class, () -> check(variable("KEYTURN_PORT", "8080")));
    }
}
