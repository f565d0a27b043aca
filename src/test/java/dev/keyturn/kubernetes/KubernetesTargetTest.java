package dev.keyturn.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.Yaml;

class KubernetesTargetTest {

    @ParameterizedTest
    @CsvSource({
        "{f:data: {f:keys.yaml: {}}},            2026-03-01T12:00:07Z",
        "'{f:data: {.: {}, f:keys.yaml: {}}}',   2026-03-01T12:00:07Z",
        "{f:data: {f:other: {}}},                2026-03-01T12:00:05Z", // another entry
        "{f:metadata: {f:labels: {}}},           2026-03-01T12:00:05Z"}) // no entry at all
    void the_key_file_was_written_when_its_entry_was_last_changed(String changedLast, Instant written) {
        JsonNode secret = new ObjectMapper().valueToTree(new Yaml().load("""
                metadata:
                  creationTimestamp: "2026-03-01T12:00:00Z"
                  managedFields:
                    - {time: "2026-03-01T12:00:05Z", fieldsV1: {f:data: {f:keys.yaml: {}}}}
                    - {time: "2026-03-01T12:00:07Z", fieldsV1: %s}
                """.formatted(changedLast)));

        assertEquals(written, KubernetesTarget.written(secret, "keys.yaml"));
    }

    @Test
    void a_secret_that_says_nothing_of_its_changes_was_written_when_it_was_made() throws Exception {
        var secret = new ObjectMapper().readTree("{\"metadata\": {\"creationTimestamp\": \"2026-03-01T12:00:00Z\"}}");

        assertEquals(Instant.parse("2026-03-01T12:00:00Z"), KubernetesTarget.written(secret, "keys.yaml"));
    }
}
