package dev.keyturn.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** That docs/policy.md and docs/policy.schema.json say what the reader reads. */
class PolicyDocumentsTest {

    private static String page() throws IOException {
        return Files.readString(Path.of("docs/policy.md"));
    }

    @Test
    void every_example_of_the_page_is_a_policy_without_warnings() throws IOException {
        var examples = Pattern.compile("(?s)```yaml\n(.*?)```").matcher(page()).results()
                .map(MatchResult::group).toList();
        assertTrue(examples.size() >= 6);
        for (var example : examples) {
            var policy = Policy.read("docs/policy.md", example.replaceAll("```(yaml)?", ""));
            assertEquals(List.of(), policy.warnings(), example);
        }
    }

    @Test
    void the_page_names_every_word() throws IOException {
        var page = page();
        for (var words : List.of(RuleReader.WORDS, CredentialsReader.WORDS, GrantsReader.WORDS, MaySet.WORDS,
                RoomConfigTerms.WORDS, RoomConfigTerms.AGENT_WORDS, AudienceReader.WORDS, AudienceReader.KINDS,
                AudienceReader.CONDITIONS, NameReader.AGENT_WORDS, VideoGrants.SOURCES)) {
            words.forEach(word -> assertTrue(page.contains(word), word));
        }
    }

    @Test
    void the_schema_has_the_words_of_the_reader() throws IOException {
        var schema = new ObjectMapper().readTree(Files.readString(Path.of("docs/policy.schema.json")));
        var types = schema.path("$defs");
        same(PolicyReader.WORDS, properties(schema));
        same(RuleReader.WORDS, properties(types.path("rule")));
        same(CredentialsReader.WORDS, properties(types.path("credentialsRule")));
        same(AudienceReader.WORDS, properties(types.path("someone")));
        same(AudienceReader.KINDS, values(types.path("for").path("oneOf").path(0)));
        same(AudienceReader.CONDITIONS, properties(types.path("condition")));
        same(GrantsReader.WORDS, properties(types.path("grants")));
        same(VideoGrants.SOURCES, values(types.path("source")));
        same(MaySet.WORDS, values(types.path("field").path("anyOf").path(0)));
        same(NameReader.AGENT_WORDS, properties(types.path("allowedAgent")));
        same(RoomConfigTerms.WORDS, properties(types.path("roomConfig")));
        same(RoomConfigTerms.AGENT_WORDS, properties(types.path("agent")));
        assertEquals("^" + NameReader.RULE + "$", types.at("/name/pattern").asText());
        assertEquals("^" + DurationText.FORM + "$", types.at("/duration/pattern").asText());
    }

    private static void same(Collection<String> reader, Set<String> schema) {
        assertEquals(new HashSet<>(reader), schema);
    }

    private static Set<String> properties(JsonNode type) {
        var names = new HashSet<String>();
        type.path("properties").fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static Set<String> values(JsonNode type) {
        var values = new HashSet<String>();
        type.path("enum").forEach(value -> values.add(value.asText()));
        return values;
    }
}
