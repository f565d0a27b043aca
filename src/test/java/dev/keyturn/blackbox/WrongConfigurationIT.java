package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.servers.KeyturnProcess;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator sees who made a slip: a sentence, and nothing starts. */
class WrongConfigurationIT {

    @ParameterizedTest
    @CsvSource({
        "keyturn.rong.store, vault, did you mean keyturn.ring.store?",
        "keyturn.ring.stor, vault, did you mean keyturn.ring.store?",
        "keyturn.ring.store, postgres, keyturn.ring.store cannot be 'postgres'",
        "keyturn.ring.refresh, soon, keyturn.ring.refresh cannot be 'soon'",
        "keyturn.http.max-body-size, lots, keyturn.http.max-body-size cannot be 'lots'",
        "keyturn.callers.anonymous, perhaps, keyturn.callers.anonymous cannot be 'perhaps'",
        "keyturn.callers.issuers.main.audiences, a, keyturn.callers.issuers.main.issuer is required",
    })
    void neither_server_nor_command_starts_and_the_sentence_is_all_that_is_printed(
            String property, String value, String sentence) {
        var settings = Map.of(property, value, "keyturn.livekit.url", "wss://livekit.test",
                "quarkus.http.port", "0", "quarkus.management.port", "0");
        for (var arguments : new String[][] {{}, {"verify"}}) {
            var ended = KeyturnProcess.run(settings, "", arguments);
            assertEquals(1, ended.status(), ended.out() + ended.err());
            assertTrue(ended.err().contains(sentence), ended.out() + ended.err());
            assertTrue(ended.err().lines().count() <= 2 && ended.out().isEmpty(), ended.out() + ended.err());
        }
    }
}
