package dev.keyturn.tokens;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.io.IOException;
import java.util.Base64;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests as LiveKit's client SDKs make them, and answers judged as they judge them. */
@QuarkusTest
class ClientsTest {

    private static Response send(ClientCases one, JsonNode body) {
        var request = given();
        one.sdk().path("headers").fields().forEachRemaining(
                header -> request.header(header.getKey(), header.getValue().asText()));
        return request.body(body.toString().getBytes()).post("/token");
    }

    @ParameterizedTest
    @MethodSource("dev.keyturn.tokens.ClientCases#all")
    void each_sdk_finds_the_token_that_its_application_asked_for(ClientCases one) throws IOException {
        var body = one.asked().path("body");
        var answer = send(one, body);
        var token = one.token(answer.statusCode(), answer.body().asString());
        assertTrue(token.isPresent(), () -> answer.statusCode() + " " + answer.body().asString());

        var claims = new ObjectMapper().readTree(Base64.getUrlDecoder().decode(token.get().split("\\.")[1]));
        assertAsked(body.path("room_name"), claims.at("/video/room"));
        assertAsked(body.path("participant_identity"), claims.path("sub"));
        assertAsked(body.path("participant_name"), claims.path("name"));
        assertAsked(body.path("participant_metadata"), claims.path("metadata"));
        assertAsked(body.at("/participant_attributes/lang"), claims.at("/attributes/lang"));
        var agent = body.at("/room_config/agents/0");
        assertAsked(agent.path("agent_name"), claims.at("/roomConfig/agents/0/agentName"));
        assertAsked(agent.path("metadata"), claims.at("/roomConfig/agents/0/metadata"));
        assertAsked(agent.path("deployment"), claims.at("/roomConfig/agents/0/deployment"));
        assertEquals(agent.isMissingNode(), claims.path("roomConfig").isMissingNode(), claims::toString);
    }

    private static void assertAsked(JsonNode asked, JsonNode claim) {
        if (!asked.asText().isEmpty()) {
            assertEquals(asked.asText(), claim.asText());
        }
    }

    @ParameterizedTest
    @MethodSource("dev.keyturn.tokens.ClientCases#all")
    void a_problem_is_an_error_to_each_sdk(ClientCases one) {
        var body = ((ObjectNode) one.asked().path("body").deepCopy()).put("kind", "agent");
        var answer = send(one, body);
        assertEquals(400, answer.statusCode());
        assertFalse(one.token(answer.statusCode(), answer.body().asString()).isPresent());
    }
}
