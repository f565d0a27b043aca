package dev.keyturn.callers;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jose4j.jwk.RsaJwkGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallersConfigCheckTest {

    private static final String MAIN = "keyturn.callers.issuers.main.";

    @TempDir
    Path directory;

    @Test
    void what_is_not_said_has_a_safe_default() {
        var config = TestConfig.of(good());
        var main = config.issuers().get("main");

        CallersConfigCheck.check(config);
        assertFalse(config.anonymous());
        assertEquals(10_000, config.cacheSize());
        assertEquals(Set.of("RS256"), main.algorithms());
        assertEquals(30, main.leeway().toSeconds());
        assertEquals(300, main.refresh().toSeconds());
        assertEquals(5, main.timeout().toSeconds());
        assertTrue(main.type().isEmpty());
    }

    @Test
    void no_issuer_at_all_is_a_configuration() {
        assertDoesNotThrow(() -> CallersConfigCheck.check(TestConfig.of(Map.of())));
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(delimiter = '|', textBlock = """
            algorithms      | none                                  | must not be none
            algorithms      | RS256,NONE                            | must not be none
            algorithms      | HS256                                 | must not be HS256
            algorithms      | RS256,HS512                           | must not be HS512
            algorithms      | rs256                                 | does not know rs256
            algorithms      | RSA-OAEP                              | does not know RSA-OAEP
            public-key-file | /keys.json                            | both set
            jwks-url        | http://issuer.test/keys               | must be https
            jwks-url        | http://localhost.evil.test/keys       | must be https
            jwks-url        | ftp://127.0.0.1/keys                  | must be https
            jwks-url        | file:///keys.json                     | must be like https://
            jwks-url        | /keys                                 | must be like https://
            jwks-url        | https://user:secret@issuer.test/keys  | without credentials
            leeway          | 301s                                  | must be 0s to 300s
            leeway          | -1s                                   | must be 0s to 300s
            leeway          | PT0.5S                                | must be whole seconds
            refresh         | 1s                                    | must be 10s to 86400s
            timeout         | 2m                                    | must be 0.1s to 60s
            audiences       | ' ,a'                                 | must name at least one audience
            """)
    void an_unsafe_issuer_is_refused_in_a_sentence_that_names_the_property(String property, String value, String why) {
        var refused = refusal(with(property, value));

        assertTrue(refused.startsWith(MAIN) && refused.contains(why), refused);
        assertTrue(refused.startsWith(MAIN + property + " ") || property.equals("public-key-file"), refused);
        assertFalse(refused.contains("secret"), refused);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://issuer.test/k", "http://localhost:8080/k", "http://127.0.0.1/k", "http://[::1]/k"})
    void keys_come_safely_by_https_or_from_this_very_machine(String url) {
        assertDoesNotThrow(() -> CallersConfigCheck.check(TestConfig.of(with("jwks-url", url))));
    }

    @Test
    void an_issuer_needs_a_source_of_keys() {
        var settings = good();
        settings.remove(MAIN + "jwks-url");

        assertTrue(refusal(settings).startsWith(MAIN + "jwks-url is missing"));
    }

    @Test
    void two_issuers_cannot_share_an_iss() {
        var settings = good();
        good().forEach((name, value) -> settings.put(name.replace("main", "twin"), value));

        assertTrue(refusal(settings).contains("is the iss of issuer"), refusal(settings));
    }

    @ParameterizedTest
    @ValueSource(strings = {"issuer", "audiences"})
    void what_must_be_said_is_asked_for_by_name(String property) {
        var settings = good();
        settings.remove(MAIN + property);

        var refused = assertThrows(ConfigValidationException.class, () -> TestConfig.of(settings));
        assertTrue(refused.getMessage().contains(MAIN + property), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1000001"})
    void the_cache_has_a_sensible_size(String size) {
        var settings = good();
        settings.put("keyturn.callers.cache-size", size);

        assertTrue(refusal(settings).startsWith("keyturn.callers.cache-size must be 1 to 1000000"));
    }

    @Test
    void a_key_file_that_is_no_key_stops_the_start() throws Exception {
        assertKeyFile("it cannot be read", null);
        assertKeyFile("neither PEM nor a JWK Set", "ssh-rsa AAAA");
        assertKeyFile("it holds a RSA PRIVATE KEY",
                "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----");
        assertKeyFile("several PEM blocks", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n".repeat(2));
        assertKeyFile("its PEM block cannot be read", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----");
        assertKeyFile("no JWK Set", "{\"keys\": 1}");
        assertKeyFile("no JWK Set", "{\"keys\": []");
        assertKeyFile("no signature key for [RS256]", "{\"keys\": [{\"kty\":\"oct\",\"k\":\"AAAA\"}]}");
        assertKeyFile("no signature key for [RS256]",
                "{\"keys\": [" + RsaJwkGenerator.generateJwk(1024).toJson() + "]}");
    }

    private void assertKeyFile(String why, String text) throws IOException {
        var file = directory.resolve("key");
        if (text != null) {
            Files.writeString(file, text);
        }
        var settings = with("public-key-file", file.toString());
        settings.remove(MAIN + "jwks-url");

        var refused = assertThrows(ConfigurationException.class,
                () -> new Callers(TestConfig.of(settings), Clock.systemUTC(), new SimpleMeterRegistry())).getMessage();
        assertTrue(refused.startsWith(MAIN + "public-key-file") && refused.contains(why), refused);
    }

    private static String refusal(Map<String, String> settings) {
        var config = TestConfig.of(settings);
        return assertThrows(ConfigurationException.class, () -> CallersConfigCheck.check(config)).getMessage();
    }

    private static Map<String, String> with(String property, String value) {
        var settings = good();
        settings.put(MAIN + property, value);
        return settings;
    }

    private static Map<String, String> good() {
        return new HashMap<>(Map.of(MAIN + "issuer", "https://issuer.test", MAIN + "audiences", "keyturn",
                MAIN + "jwks-url", "https://issuer.test/keys"));
    }
}
