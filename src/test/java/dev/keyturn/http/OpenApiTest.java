package dev.keyturn.http;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** What {@code /q/openapi} says of the endpoint is so. */
@QuarkusTest
class OpenApiTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static JsonNode document() {
        var text = given().get("/q/openapi").then().statusCode(200).contentType("application/yaml").extract().asString();
        return JSON.valueToTree(new Yaml().load(text));
    }

    private static JsonNode example(JsonNode answer) {
        return answer.at("/content/application~1problem+json/examples").elements().next().path("value");
    }

    @Test
    void it_describes_every_endpoint_that_there_is() {
        var paths = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.keyturn").stream()
                .filter(type -> type.isAnnotatedWith(jakarta.ws.rs.Path.class))
                .filter(type -> !type.getPackageName().equals("dev.keyturn.development"))
                .map(type -> type.getAnnotationOfType(jakarta.ws.rs.Path.class).value()).collect(Collectors.toSet());
        var described = new HashSet<String>();
        document().path("paths").fieldNames().forEachRemaining(described::add);
        assertEquals(paths, described);
        assertEquals(paths, RequestTimes.PATHS, "requests are timed by path");
        assertEquals("Keyturn", document().at("/info/title").asText());
    }

    @Test
    void every_example_of_a_request_gets_what_is_shown_for_201() throws JsonProcessingException {
        var operation = document().at("/paths/~1token/post");
        var examples = operation.at("/requestBody/content/application~1json/examples");
        assertTrue(examples.size() >= 3, "examples: " + examples);
        var shown = operation.at("/responses/201/content/application~1json/examples/token/value");
        for (var example : examples) {
            var body = given().contentType("application/json").body(example.path("value").toString())
                    .post("/token").then()
                    .statusCode(201).extract().asString();
            assertEquals(names(shown), names(JSON.readTree(body)));
        }
    }

    private static Set<String> names(JsonNode object) {
        var names = new TreeSet<String>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void every_problem_of_a_post_is_shown_under_its_status() {
        var responses = document().at("/paths/~1token/post/responses");
        var expected = Arrays.stream(Problem.values()).filter(problem -> problem != Problem.NOT_FOUND)
                .map(problem -> "" + problem.status).collect(Collectors.toCollection(TreeSet::new));
        expected.add("201");
        assertEquals(expected, names(responses));
        for (var status : expected.headSet("500", false).tailSet("400")) {
            var problem = Problem.of(Integer.parseInt(status));
            assertEquals(problem.type + " " + problem.title + " " + problem.status,
                    described(example(responses.path(status))));
        }
    }

    private static String described(JsonNode problem) {
        return problem.path("type").asText() + " " + problem.path("title").asText()
                + " " + problem.path("status").asInt();
    }

    @Test
    void the_problems_that_can_be_provoked_are_word_for_word_as_shown() throws JsonProcessingException {
        asShown(400, given().contentType("application/json").body("{\"room_name\": 1}").post("/token"));
        asShown(401, given().contentType("application/json").header("Authorization", "Bearer garbage").post("/token"));
        asShown(405, given().get("/token"));
        asShown(406, given().contentType("application/json").accept("text/html").post("/token"));
        asShown(413, given().contentType("application/json").body(" ".repeat(65_537)).post("/token"));
        asShown(415, given().contentType("text/plain").body("{}").post("/token"));
    }

    @Test
    void so_are_those_of_introspection_webhooks_and_credentials() throws JsonProcessingException {
        asShown(document().at("/paths/~1agent~1credentials/get"), 400, given().get("/agent/credentials"));
        asShown(document().at("/paths/~1agent~1credentials/get"), 401, given().header("Keyturn-Request", "credentials")
                .header("Authorization", "Bearer garbage").get("/agent/credentials"));
        asShown("introspect", 401, given().header("Authorization", "Bearer garbage").formParam("token", "a")
                .post("/introspect"));
        asShown("introspect", 415, given().contentType("text/plain").body("{}").post("/introspect"));
        asShown("webhook", 401, given().contentType("application/json").body("{}").post("/webhook"));
        asShown("webhook", 415, given().contentType("text/plain").body("{}").post("/webhook"));
    }

    private static void asShown(int status, Response response) throws JsonProcessingException {
        asShown("token", status, response);
    }

    private static void asShown(String path, int status, Response response) throws JsonProcessingException {
        asShown(document().at("/paths/~1" + path + "/post"), status, response);
    }

    private static void asShown(JsonNode operation, int status, Response response) throws JsonProcessingException {
        assertEquals(status, response.statusCode());
        var shown = example(operation.path("responses").path("" + status));
        assertEquals(shown, JSON.readTree(response.asString()));
    }

    @Test
    void a_bearer_token_may_be_sent_and_need_not() {
        var security = document().at("/paths/~1token/post/security").toString();
        assertEquals("[{\"bearer\":[]},{}]", security);
        assertEquals("JWT", document().at("/components/securitySchemes/bearer/bearerFormat").asText());
    }
}
