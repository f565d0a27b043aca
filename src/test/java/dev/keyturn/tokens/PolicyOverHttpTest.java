package dev.keyturn.tokens;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keyturn.callers.TestIssuer;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Callers with real bearers, and a policy of which they hit the edges; and what the audit says of them. */
@QuarkusTest
@QuarkusTestResource(value = TwoIssuers.class, restrictToAnnotatedClass = true)
class PolicyOverHttpTest {

    TestIssuer[] issuers;

    private ValidatableResponse member(String body) {
        return asked(issuers[0].bearer(Map.of("sub", "ann", "tenant", "acme")), body);
    }

    private static ValidatableResponse asked(String bearer, String body) {
        return given().contentType("application/json").header("Authorization", "Bearer " + bearer)
                .body(body).post("/token").then();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"room_name\": \"t/globex:x\"} | room_name",
        "{\"participant_identity\": \"bob\"} | participant_identity",
        "{\"participant_metadata\": \"m\"} | participant_metadata",
        "{\"participant_attributes\": {\"tenant\": \"globex\"}} | participant_attributes.tenant",
        "{\"participant_attributes\": {\"color\": \"red\"}} | participant_attributes.color",
        "{\"room_config\": {\"max_participants\": 51}} | room_config.max_participants",
        "{\"room_config\": {\"empty_timeout\": 1}} | room_config.empty_timeout",
        "{\"room_config\": {\"tags\": {\"plan\": \"pro\"}}} | room_config.tags",
        "{\"room_config\": {\"agents\": [{\"agent_name\": \"spy\"}]}} | room_config.agents",
        "{\"room_config\": {\"agents\": [{\"agent_name\": \"helper\", \"deployment\": \"staging\"}]}}"
                + " | room_config.agents"})
    void what_the_rule_does_not_give_is_a_403_that_names_the_field(String body, String field) {
        member(body).statusCode(403).contentType("application/problem+json").body("field", equalTo(field))
                .body("status", equalTo(403)).body("type", not(startsWith("about:")));
    }

    @Test
    void what_is_too_long_is_a_400_that_names_the_field() {
        member("{\"participant_name\": \"" + "n".repeat(257) + "\"}").statusCode(400)
                .body("field", equalTo("participant_name"));
    }

    @Test
    void who_has_no_rule_is_a_403_without_a_field() {
        given().contentType("application/json").body("{\"room_name\": \"t/acme:x\"}").post("/token").then()
                .statusCode(403).body("field", equalTo("room_name"));
        asked(issuers[1].bearer(Map.of("class", List.of())), "{}").statusCode(403).body("$", not(hasKey("field")));
    }

    static Stream<Arguments> badBearers() {
        return Stream.of(
                arguments("(exp)", Map.of("exp", 1_000_000_000L)),
                arguments("(aud)", Map.of("aud", "payments")),
                arguments("(aud)", Map.of("aud", List.of("payments", "billing"))),
                arguments("(iss)", Map.of("iss", "https://c.example")),
                arguments("(nbf, iat)", Map.of("nbf", Instant.now().getEpochSecond() + 300)),
                arguments("claim", Map.of("exp", "tomorrow")));
    }

    @ParameterizedTest
    @MethodSource("badBearers")
    void a_bearer_that_is_not_good_is_an_invalid_token_and_says_why(String why, Map<String, ?> claims) {
        var challenge = asked(issuers[0].bearer(claims), "{}").statusCode(401).extract().header("WWW-Authenticate");
        assertTrue(challenge.startsWith("Bearer error=\"invalid_token\"") && challenge.contains(why), challenge);
    }

    @Test
    void the_challenge_names_the_error_by_rfc_6750() {
        var other = given().noContentType().header("Authorization", "Basic dTpw").post("/token").then().statusCode(401);
        assertEquals("Bearer", other.extract().header("WWW-Authenticate"), "another scheme is as no credentials");
        var two = given().noContentType().header("Authorization", "Bearer a", "Bearer b").post("/token").then()
                .statusCode(401);
        assertTrue(two.extract().header("WWW-Authenticate").startsWith("Bearer error=\"invalid_request\""),
                two.extract().headers().toString());
        var foreign = issuers[1].bearer(Map.of("iss", FuzzRules.A));
        var signed = asked(foreign, "{}").statusCode(401).extract().header("WWW-Authenticate");
        assertTrue(signed.contains("invalid_token"), "one issuer signs for another: " + signed);
    }

    @Test
    void a_token_that_was_granted_is_one_line_in_the_audit_and_not_the_token() throws IOException {
        try (var audit = new AuditLines()) {
            var bearer = issuers[0].bearer(Map.of("sub", "ann", "tenant", "acme"));
            var token = asked(bearer, "{\"room_name\": \"t/acme:x\", \"participant_name\": \"canary-name\"}")
                    .statusCode(201)
                    .extract().<String>path("participant_token");
            var line = audit.only();
            assertEquals(Set.of("time", "audit", "outcome", "client", "anonymous", "issuer", "subject", "rule",
                    "room", "identity", "grants", "ttl", "jti", "key"), names(line));
            assertEquals("granted", line.get("outcome").asText());
            assertEquals("127.0.0.1", line.get("client").asText());
            assertEquals("token", line.get("audit").asText());
            assertFalse(line.get("anonymous").asBoolean());
            assertEquals(FuzzRules.A, line.get("issuer").asText());
            assertEquals("ann", line.get("subject").asText());
            assertEquals("member", line.get("rule").asText());
            assertEquals("t/acme:x", line.get("room").asText());
            assertEquals("ann", line.get("identity").asText());
            assertEquals(4, line.get("grants").size(), line.toString());
            assertEquals(300, line.get("ttl").asInt());
            assertEquals("devkey", line.get("key").asText());
            var claims = FuzzAsked.JSON.readTree(Base64.getUrlDecoder().decode(token.split("\\.")[1]));
            assertEquals(line.get("jti"), claims.get("jti"));
            for (var part : List.of(token.split("\\.")[2], bearer.split("\\.")[2], "canary")) {
                assertFalse(line.toString().contains(part), line.toString());
            }
        }
    }

    @Test
    void a_refusal_is_one_line_too_with_what_was_asked_for_and_why_not() throws IOException {
        try (var audit = new AuditLines()) {
            member("{\"room_name\": \"t/acme:x\", \"participant_identity\": \"bob\"}").statusCode(403);
            var line = audit.only();
            assertEquals(Set.of("time", "audit", "outcome", "client", "anonymous", "issuer", "subject", "rule",
                    "reason", "status", "room", "identity"), names(line));
            assertEquals("refused", line.get("outcome").asText());
            assertEquals("member", line.get("rule").asText());
            assertEquals("identity", line.get("reason").asText());
            assertEquals(403, line.get("status").asInt());
            assertEquals("t/acme:x", line.get("room").asText());
            assertEquals("bob", line.get("identity").asText());
        }
    }

    @Test
    void a_stranger_is_a_line_without_a_name() throws IOException {
        try (var audit = new AuditLines()) {
            asked("canary.of.abearer", "{\"room_name\": \"r\"}").statusCode(401);
            var line = audit.only();
            assertEquals(401, line.get("status").asInt());
            assertEquals("not_authenticated", line.get("reason").asText());
            assertFalse(line.has("subject") || line.has("issuer"), line.toString());
            assertFalse(line.toString().contains("canary"), line.toString());
        }
    }

    @Test
    void what_the_framework_refuses_is_no_decision() {
        try (var audit = new AuditLines()) {
            given().get("/token").then().statusCode(405);
            given().contentType("text/plain").body("{}").post("/token").then().statusCode(415);
            assertEquals(List.of(), audit.all());
        }
    }

    private static Set<String> names(JsonNode line) {
        var names = new HashSet<String>();
        line.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
