package dev.keyturn.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** docs/problems.md is where the {@code type} of an answer points to. */
class ProblemsDocumentTest {

    private static final Pattern EXAMPLE = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);

    private static String[] sections() throws IOException {
        return Files.readString(Path.of("docs/problems.md")).split("(?m)^## ");
    }

    private static String name(Problem problem) {
        return problem.type.substring(problem.type.indexOf('#') + 1);
    }

    @Test
    void the_page_has_a_section_for_every_problem_and_for_no_other() throws IOException {
        var onPage = Arrays.stream(sections()).skip(1)
                .map(section -> section.lines().findFirst().orElseThrow()).toList();
        assertEquals(Arrays.stream(Problem.values()).map(ProblemsDocumentTest::name).toList(), onPage);
    }

    @ParameterizedTest
    @EnumSource
    void a_section_has_the_status_an_example_and_a_cure(Problem problem) throws IOException {
        var section = Arrays.stream(sections()).filter(text -> text.startsWith(name(problem) + "\n"))
                .findFirst().orElseThrow();
        assertTrue(section.contains("**" + problem.status + ".**") && section.contains("**Cure:**"), section);
        var example = EXAMPLE.matcher(section);
        assertTrue(example.find(), section);
        var json = new ObjectMapper().readTree(example.group(1));
        assertEquals(problem.type, json.path("type").asText());
        assertEquals(problem.title, json.path("title").asText());
        assertEquals(problem.status, json.path("status").asInt());
        assertTrue(json.path("detail").asText().endsWith("."), section);
    }
}
