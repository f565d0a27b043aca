package dev.keyturn.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keyturn.callers.Refusal;
import dev.keyturn.callers.TestIssuer;
import dev.keyturn.tokens.FuzzRequests.Bearer;
import dev.keyturn.tokens.FuzzRequests.Body;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Whoever asks for whatever: it ends in a token or in one of the documented refusals, nothing is signed that the rules
 * forbid, and what they allow to a proper request is signed, to the last claim.
 */
@QuarkusTest
@QuarkusTestResource(value = TwoIssuers.class, restrictToAnnotatedClass = true)
class TokenFuzzTest {

    private static final int IN_PROCESS = 100_000;
    private static final int OVER_HTTP = 2_000;

    /** Chosen anew by {@code -Dkeyturn.test.seed=…}; a failure says it. */
    private static final long SEED = Long.getLong("keyturn.test.seed", 20_260_301L);

    TestIssuer[] issuers;

    @Inject
    TokenIssuer tokens;

    @TestHTTPResource("/token")
    URI endpoint;

    private final Map<String, Integer> seen = new TreeMap<>();

    private interface Asking {
        /** @return the token, or the status of a refusal */
        Object ask(Bearer bearer, Body body) throws Exception;
    }

    @Test
    void nothing_is_signed_that_the_rules_forbid_and_everything_that_they_allow() {
        fuzz(IN_PROCESS, SEED, (bearer, body) -> {
            try {
                return tokens.issue(bearer.authorization(), body.bytes(), "127.0.0.1");
            } catch (Refusal refusal) {
                return refusal.getResponse().getStatus();
            }
        });
        assertTrue(seen.getOrDefault("201", 0) > 5_000, "too few tokens to show anything: " + seen);
        assertTrue(seen.keySet().containsAll(FuzzRules.RULES.stream().map(FuzzRules.Rule::name).toList()),
                "not every rule gave one: " + seen);
    }

    @Test
    void the_same_holds_over_http() {
        var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        fuzz(OVER_HTTP, SEED + 1, (bearer, body) -> {
            var request = HttpRequest.newBuilder(endpoint).header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofByteArray(body.bytes()));
            bearer.authorization().forEach(value -> request.header("Authorization", value));
            var answer = http.send(request.build(), BodyHandlers.ofString());
            var json = FuzzAsked.JSON.readTree(answer.body());
            if (answer.statusCode() == 201) {
                return json.path("participant_token").textValue();
            }
            assertEquals(answer.statusCode(), json.path("status").asInt(), "the problem says another status");
            return answer.statusCode();
        });
        assertTrue(seen.getOrDefault("201", 0) > 100, "too few tokens to show anything: " + seen);
    }

    private void fuzz(int times, long seed, Asking asking) {
        var requests = new FuzzRequests(seed, issuers[0], issuers[1]);
        for (int i = 0; i < times; i++) {
            var bearer = requests.bearer();
            var body = requests.body();
            try {
                judge(bearer, body, asking.ask(bearer, body));
            } catch (Exception | AssertionError e) {
                throw new AssertionError("request " + i + " of seed " + seed + ": " + bearer.who() + " asks for "
                        + new String(body.bytes(), StandardCharsets.UTF_8) + ": " + e, e);
            }
        }
    }

    private void judge(Bearer bearer, Body body, Object answer) throws IOException {
        seen.merge(answer instanceof String ? "201" : answer.toString(), 1, Integer::sum);
        if (bearer.who() == null) {
            assertEquals(401, answer, "this bearer is not good");
        } else if (answer instanceof String token) {
            var asked = FuzzAsked.of(body.bytes());
            assertTrue(FuzzOracle.allows(bearer.who(), asked), "signed, and no rule allows it");
            compare(FuzzAsked.JSON.readTree(Base64.getUrlDecoder().decode(token.split("\\.")[1])), bearer, asked);
        } else if (body.intact()) {
            var allowed = FuzzOracle.allows(bearer.who(), FuzzAsked.of(body.bytes()));
            assertTrue(!allowed && Set.of(400, 403).contains(answer), "allowed, and refused with " + answer);
        } else {
            assertTrue(Set.of(400, 403).contains(answer), "answered with " + answer);
        }
    }

    private void compare(JsonNode token, Bearer bearer, FuzzAsked asked) throws IOException {
        assertEquals(FuzzOracle.expected(bearer.who(), asked, token), FuzzOracle.withoutTimes(token));
        var rule = FuzzRules.decides(bearer.who(), asked.text("room_name"));
        seen.merge(rule.name(), 1, Integer::sum);
        assertEquals(rule.ttl(), token.get("exp").asLong() - token.get("nbf").asLong());
        assertEquals(token.get("nbf"), token.get("iat"));
        assertTrue(token.get("jti").asText().length() >= 20, "the jti can be guessed");
        assertEquals("devkey", token.get("iss").asText());
    }
}
