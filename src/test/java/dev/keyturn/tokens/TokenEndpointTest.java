package dev.keyturn.tokens;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoint over HTTP, as token-servers' clients see it. */
@QuarkusTest
class TokenEndpointTest {

    private static RequestSpecification json(String body) {
        return given().contentType("application/json").body(body);
    }

    private static JsonNode claims(ValidatableResponse response) throws IOException {
        var token = response.statusCode(201).extract().<String>path("participant_token");
        return new ObjectMapper().readTree(Base64.getUrlDecoder().decode(token.split("\\.")[1]));
    }

    @Test
    void an_empty_body_gets_a_token_for_a_fresh_room_and_identity() throws IOException {
        var first = claims(given().noContentType().post("/token").then());
        var second = claims(json("{}").post("/token").then());
        assertTrue(first.at("/video/room").asText().length() >= 22, "the room's name can be guessed");
        assertNotEquals(first.at("/video/room"), second.at("/video/room"));
        assertNotEquals(first.get("sub"), second.get("sub"));
        assertNotEquals(first.get("jti"), second.get("jti"));
    }

    @Test
    void the_answer_is_201_in_snake_case_and_is_never_stored() {
        json("{\"room_name\": \"r\", \"participant_identity\": \"i\"}").post("/token").then()
                .statusCode(201)
                .contentType("application/json")
                .header("Cache-Control", "no-store")
                .body("server_url", equalTo("ws://localhost:7880"))
                .body("participant_token", matchesPattern("[\\w-]+\\.[\\w-]+\\.[\\w-]+"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json;charset=utf-8", "application/json; foo=bar", "Application/JSON"})
    void a_json_body_may_have_any_parameter(String contentType) {
        given().header("Content-Type", contentType).body("{\"roomName\":\"r\"}".getBytes())
                .post("/token").then().statusCode(201);
    }

    @Test
    void what_was_asked_for_is_in_the_token() throws IOException {
        var claims = claims(json("""
                {"room_name": "r", "participant_identity": "i", "participant_name": "n", "participant_metadata": "m",
                 "participant_attributes": {"k": "v"},
                 "room_config": {"empty_timeout": 7, "tags": {"t": "u"},
                                 "agents": [{"agent_name": "a", "deployment": "staging", "attributes": {"x": "y"}}]}}
                """).post("/token").then());
        assertEquals("r", claims.at("/video/room").asText());
        assertEquals("i", claims.at("/sub").asText());
        assertEquals("n", claims.at("/name").asText());
        assertEquals("m", claims.at("/metadata").asText());
        assertEquals("v", claims.at("/attributes/k").asText());
        assertEquals(7, claims.at("/roomConfig/emptyTimeout").asInt());
        assertEquals("u", claims.at("/roomConfig/tags/t").asText());
        assertEquals("staging", claims.at("/roomConfig/agents/0/deployment").asText());
        assertEquals("y", claims.at("/roomConfig/agents/0/attributes/x").asText());
        assertEquals(claims.get("nbf"), claims.get("iat"));
        assertEquals(600, claims.get("exp").asLong() - claims.get("nbf").asLong());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"room_name\": 1} | room_name",
        "{\"room_name\": \"a\", \"roomName\": \"b\"} | room_name",
        "{\"participant_attributes\": {\"a\": 1}} | participant_attributes",
        "{\"room_config\": {\"agents\": [{\"agent_name\": 1}]}} | room_config.agents[0].agent_name",
        "{\"room_config\": {\"egress\": {\"room\": {}}}} | room_config.egress",
        "{\"kind\": \"agent\"} | kind",
    })
    void a_bad_body_is_a_400_problem_that_names_the_field(String body, String field) {
        json(body).post("/token").then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("type", containsString("#invalid-request"))
                .body("title", notNullValue())
                .body("status", equalTo(400))
                .body("detail", containsString(field))
                .body("field", equalTo(field));
    }

    @Test
    void a_body_that_is_not_json_is_a_400_without_a_field() {
        json("{").post("/token").then().statusCode(400).body("$", not(hasKey("field")));
    }

    @Test
    void a_body_over_the_limit_is_a_413_that_says_the_limit() {
        json(" ".repeat(65_537)).post("/token").then()
                .statusCode(413)
                .contentType("application/problem+json")
                .body("detail", containsString("65536"));
    }

    @Test
    void a_body_at_the_limit_is_read() {
        json("{}" + " ".repeat(65_534)).post("/token").then().statusCode(201);
    }

    @Test
    void another_content_type_is_a_415() {
        given().contentType("text/plain").body("{}").post("/token").then()
                .statusCode(415).contentType("application/problem+json").body("status", equalTo(415));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE", "PATCH"})
    void another_method_is_a_405_that_says_what_is_allowed(String method) {
        given().request(method, "/token").then()
                .statusCode(405).header("Allow", "POST, OPTIONS").contentType("application/problem+json");
    }

    @Test
    void another_path_is_a_404() {
        given().noContentType().post("/tokens").then().statusCode(404).contentType("application/problem+json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer garbage", "Bearer ", "Bearer", "Basic dXNlcjpwYXNz", "garbage", "Bearer a b",
        "Bearer eyJhbGciOiJub25lIn0.e30."})
    void a_bad_bearer_is_a_401_even_where_anonymous_callers_are_let_in(String authorization) {
        given().noContentType().header("Authorization", authorization).post("/token").then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", containsString("Bearer"))
                .body("detail", notNullValue());
    }

    @Test
    void two_authorization_headers_are_a_401() {
        given().noContentType().header("Authorization", "Bearer a", "Bearer b").post("/token").then().statusCode(401);
    }
}
