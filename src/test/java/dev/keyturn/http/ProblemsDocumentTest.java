package dev.keyturn.http;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.TestClock;
import dev.keyturn.tokens.TurnableClock;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** docs/problems.md, whose sections the {@code type} of an answer names: its examples are sent to a running server. */
@QuarkusTest
@TestProfile(ProblemsDocumentTest.WithoutRing.class)
class ProblemsDocumentTest {

    private static final Pattern PARTS = Pattern.compile(
            "\n\n\\*\\*(\\d+)\\.\\*\\* .*\n\n\\*\\*Cause:\\*\\* .*"
                    + "\n\n\\*\\*Example:\\*\\* `(GET|POST) (/\\S*)`(.*)\n\n```json\n(.*)\n```\n\n\\*\\*Cure:\\*\\* .*",
            Pattern.DOTALL);
    private static final Pattern HEADER = Pattern.compile("the header `([\\w-]+): ([^`]+)`");
    private static final Pattern BODY = Pattern.compile("the body `([^`]+)`");
    private static final Pattern LENGTH = Pattern.compile("a body of (\\d+) bytes");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A server that has no key yet: nothing else that may be wrong with a request has to do with keys. */
    public static final class WithoutRing implements QuarkusTestProfile {

        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(TurnableClock.class);
        }

        @Override
        public Map<String, String> getConfigOverrides() {
            try {
                var folder = Files.createTempDirectory(Path.of("target"), "problems");
                var policy = Files.writeString(folder.resolve("policy.yaml"), """
                        rules:
                          - {name: guests, for: anonymous, rooms: [lobby], identity: "guest-*", rate: 1/1m}
                        """);
                return Map.of("keyturn.callers.anonymous", "true", "keyturn.policy.file", policy.toString(),
                        "keyturn.ring.store", "file", "keyturn.ring.file.path", folder.resolve("none.json").toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Inject
    Clock clock;

    private static String[] sections() throws IOException {
        return Files.readString(Path.of("docs/problems.md")).split("(?m)^## ");
    }

    private static MatchResult parts(Problem problem) throws IOException {
        var section = Arrays.stream(sections()).filter(text -> text.startsWith(name(problem) + "\n"))
                .findFirst().orElseThrow();
        var parts = PARTS.matcher(section);
        assertTrue(parts.find(), "not status, cause, example and cure: " + section);
        return parts;
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
    void an_example_is_a_problem_of_its_section(Problem problem) throws IOException {
        var parts = parts(problem);
        var example = JSON.readTree(parts.group(5));
        assertEquals(problem.status, Integer.parseInt(parts.group(1)));
        assertEquals(problem.type, example.path("type").asText());
        assertEquals(problem.title, example.path("title").asText());
        assertEquals(problem.status, example.path("status").asInt());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "INTERNAL")
    void the_server_answers_an_example_as_the_page_says(Problem problem) throws IOException {
        ((TestClock) clock).advance(Duration.ofMinutes(2)); // whoever asked before is forgotten
        var parts = parts(problem);
        if (parts.group(4).contains("for the second time")) {
            asked(parts);
        }
        var answer = asked(parts);
        assertEquals(problem.status, answer.statusCode());
        assertEquals(JSON.readTree(parts.group(5)), JSON.readTree(answer.asString()));
    }

    private static Response asked(MatchResult example) {
        var says = example.group(4);
        var request = says.contains("`Content-Type: ") ? given() : given().contentType("application/json");
        HEADER.matcher(says).results().forEach(header -> request.header(header.group(1), header.group(2)));
        BODY.matcher(says).results().forEach(body -> request.body(body.group(1).getBytes(StandardCharsets.UTF_8)));
        LENGTH.matcher(says).results().forEach(length -> request.body(" ".repeat(Integer.parseInt(length.group(1)))));
        return request.request(example.group(2), example.group(3));
    }

    @Test
    void what_nobody_foresaw_is_answered_as_the_page_says_but_for_the_number() throws IOException {
        var answer = new ProblemAnswers().unforeseen(new IllegalStateException("of the test"));
        assertEquals(withoutNumber(parts(Problem.INTERNAL).group(5)), withoutNumber((String) answer.getEntity()));
    }

    private static JsonNode withoutNumber(String problem) throws IOException {
        return JSON.readTree(problem.replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "NUMBER"));
    }
}
