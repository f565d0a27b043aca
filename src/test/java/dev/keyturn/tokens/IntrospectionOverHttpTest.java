package dev.keyturn.tokens;

import static io.restassured.RestAssured.config;
import static io.restassured.RestAssured.given;
import static io.restassured.config.EncoderConfig.encoderConfig;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.callers.TestIssuer;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyState;
import dev.keyturn.keys.LiveRing;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.policy.Grant;
import dev.keyturn.policy.RoomConfig;
import dev.keyturn.policy.VideoGrants;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@TestProfile(RingOfThree.class)
class IntrospectionOverHttpTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final KeyRing RING = TestKeys.ringOfThree();
    private static final Grant GRANT = new Grant("standup", "alice", "Alice", "{\"plan\":\"pro\"}",
            Map.of("lang", "en"), VideoGrants.PARTICIPANT,
            new RoomConfig("preset", null, null, null, "", null, null, null, List.of(), Map.of()),
            Duration.ofMinutes(10));

    TestIssuer[] issuers;
    RingOfThree.Place place;

    @TestHTTPResource("/introspect")
    URI url;

    @Inject
    Clock clock;

    @Inject
    LiveRing ring;

    @Inject
    MeterRegistry registry;

    @BeforeEach
    void the_ring_is_fresh() {
        assertTrue(ring.refresh().isGood(), ring.last().problem());
    }

    private String bearer(int issuer) {
        return "Bearer " + issuers[issuer].bearer(Map.of("exp", clock.instant().getEpochSecond() + 3600));
    }

    /** Sent as it is: the test's client would encode a form itself. */
    private static RequestSpecification form(String body) {
        return given().config(config().encoderConfig(encoderConfig().encodeContentTypeAs(FORM, ContentType.TEXT)
                .appendDefaultContentCharsetToContentTypeIfUndefined(false))).contentType(FORM).body(body);
    }

    private ValidatableResponse asked(String body) {
        return form(body).header("Authorization", bearer(0)).post("/introspect").then();
    }

    private String token(SigningKey key) {
        return new TokenWriter().write(key, GRANT, clock.instant(), "id-1");
    }

    private static void assertInactive(ValidatableResponse response) {
        var answer = response.statusCode(200).extract().asString();
        assertEquals("{\"active\":false}", answer);
    }

    @ParameterizedTest
    @CsvSource({"APIold,RETIRING", "APInow,ACTIVE", "APInew,STAGED"})
    void a_token_of_any_key_of_the_ring_is_active_and_the_state_of_its_key_told(String name, String state)
            throws IOException {
        var token = token(RING.find(new ApiKey(name)).orElseThrow());
        var answer = asked("token=" + token).statusCode(200)
                .contentType("application/json").header("Cache-Control", "no-store").extract().asString();
        var expected = (ObjectNode) JSON.readTree(Base64.getUrlDecoder().decode(token.split("\\.")[1]));
        assertEquals("preset", ((ObjectNode) expected.remove("roomConfig")).get("name").asText());
        assertEquals(Set.of("iss", "sub", "exp", "nbf", "iat", "jti", "name", "metadata", "attributes", "video"),
                names(expected));
        assertEquals(expected.put("active", true).put("key_state", state), JSON.readTree(answer));
    }

    private static Set<String> names(ObjectNode object) {
        var names = new HashSet<String>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @ParameterizedTest
    @CsvSource({"-60,true", "-61,false", "660,true", "661,false"})
    void it_is_active_as_long_as_livekit_takes_it(long age, boolean isActive) {
        var token = new TokenWriter().write(RING.active(), GRANT, clock.instant().minusSeconds(age), "id");
        var answer = asked("token=" + token);
        if (isActive) {
            answer.statusCode(200).body("active", equalTo(true));
        } else {
            assertInactive(answer);
        }
    }

    @Test
    void why_a_token_is_not_active_is_told_to_nobody() {
        var good = token(RING.active());
        var stranger = TestKeys.staged("APIstranger");
        var forged = SigningKey.staged(RING.active().key(), stranger.secret(), TestClock.START);
        var none = Base64.getUrlEncoder().withoutPadding().encodeToString("{\"alg\":\"none\"}".getBytes());
        for (var bad : List.of(token(stranger), token(forged), "garbage", "a.b.c", good + "x",
                good.substring(0, good.lastIndexOf('.') + 1), none + good.substring(good.indexOf('.')),
                new TokenWriter().write(RING.active(), GRANT, TestClock.START.minusSeconds(10_000), "old"))) {
            assertInactive(asked("token=" + bad));
        }
    }

    @Test
    void a_token_of_a_key_that_was_dropped_is_not_active_as_soon_as_the_ring_moves() {
        var staged = RING.in(KeyState.STAGED).get(0);
        asked("token=" + token(staged)).body("active", equalTo(true));
        place.move(held -> held.drop(staged.key()));
        ring.refresh();
        assertInactive(asked("token=" + token(staged)));
        place.move(held -> held.stage(staged));
        ring.refresh();
        asked("token=" + token(staged)).body("active", equalTo(true));
    }

    @Test
    void who_is_not_known_gets_no_answer_also_where_anonymous_callers_are_let_in() {
        var body = "token=" + token(RING.active());
        form(body).post("/introspect").then()
                .statusCode(401).contentType("application/problem+json").header("WWW-Authenticate", "Bearer");
        form(body).header("Authorization", "Bearer garbage").post("/introspect").then().statusCode(401)
                .header("WWW-Authenticate", containsString("invalid_token"));
    }

    @Test
    void an_issuer_that_is_not_named_may_not_ask() {
        form("token=a").header("Authorization", bearer(1)).post("/introspect").then().statusCode(403)
                .contentType("application/problem+json")
                .body("detail", containsString("keyturn.introspection.issuers"));
    }

    @ParameterizedTest
    @CsvSource({"'',token", "token=,token", "tok=a,token", "token=a&token=b,token", "token=%,"})
    void a_form_without_one_token_is_a_400(String body, String field) {
        asked(body).statusCode(400).contentType("application/problem+json").body("field", equalTo(field));
    }

    @Test
    void another_content_type_is_a_415_that_says_which() {
        given().contentType("application/json").header("Authorization", bearer(0)).body("{\"token\":\"a\"}")
                .post("/introspect").then().statusCode(415).body("detail", containsString(FORM));
    }

    @Test
    void another_method_is_a_405_that_says_which() {
        given().get("/introspect").then().statusCode(405).header("Allow", "POST, OPTIONS");
    }

    @Test
    void a_token_in_the_address_is_not_read() {
        form("x=y").header("Authorization", bearer(0)).queryParam("token", "a")
                .post("/introspect").then().statusCode(400);
    }

    @Test
    void a_form_as_long_as_a_body_may_be_is_read_and_a_longer_one_is_a_413() {
        asked("token=" + "a".repeat(65_530)).statusCode(200);
        asked("token=" + "a".repeat(65_531)).statusCode(413).contentType("application/problem+json");
    }

    @Test
    void questions_are_counted_by_what_they_came_to() {
        var before = count("active");
        var inactive = count("inactive");
        asked("token=" + token(RING.active()));
        asked("token=garbage");
        assertEquals(before + 1, count("active"));
        assertEquals(inactive + 1, count("inactive"));
        asked("");
        assertTrue(count("body") > 0);
    }

    private double count(String result) {
        var counter = registry.find("keyturn.introspections").tag("result", result).counter();
        return counter == null ? 0 : counter.count();
    }

    @Test
    void a_ring_that_nobody_confirmed_for_too_long_answers_nothing() {
        var token = token(RING.active());
        ((TestClock) clock).advance(Duration.ofHours(12).plusSeconds(1));
        asked("token=" + token).statusCode(503).contentType("application/problem+json").header("Retry-After", "3600");
        ring.refresh();
        assertInactive(asked("token=" + token));
    }

    @Test
    void random_forms_are_answered_and_never_with_a_5xx() throws IOException, InterruptedException {
        var random = new Random(20260303);
        var good = "token=" + token(RING.active()) + "&token_type_hint=access_token";
        var bearer = bearer(0);
        var statuses = new TreeSet<Integer>();
        for (int i = 0; i < 10_000; i++) {
            var form = good.getBytes(UTF_8);
            for (int times = random.nextInt(4); times >= 0; times--) {
                form[random.nextInt(form.length)] = (byte) random.nextInt(256);
            }
            var request = HttpRequest.newBuilder(url).header("Content-Type", FORM).header("Authorization", bearer)
                    .POST(BodyPublishers.ofByteArray(form)).build();
            statuses.add(HTTP.send(request, BodyHandlers.discarding()).statusCode());
        }
        assertEquals(new TreeSet<>(List.of(200, 400)), statuses);
    }
}
