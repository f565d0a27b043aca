package dev.keyturn.tokens;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.LiveRing;
import dev.keyturn.keys.SigningKey;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(RingOfThree.class)
class WebhookOverHttpTest {

    private static final String TYPE = "application/webhook+json";
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static int ids;

    RingOfThree.Place place;

    @TestHTTPResource("/webhook")
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

    private static SigningKey key(String name) {
        return TestKeys.ringOfThree().find(new ApiKey(name)).orElseThrow();
    }

    private static String event(String name) {
        return TestWebhooks.event(name, "EV_" + ++ids, "standup");
    }

    private ValidatableResponse posted(SigningKey key, String body) {
        return posted(TestWebhooks.token(key, body, clock.instant()), body, TYPE);
    }

    private static ValidatableResponse posted(String token, String body, String contentType) {
        return given().header("Content-Type", contentType).header("Authorization", token).body(body.getBytes(UTF_8))
                .post("/webhook").then();
    }

    private double taken(String event, String state) {
        var counter = registry.find("keyturn.webhooks").tags("event", event, "key_state", state).counter();
        return counter == null ? 0 : counter.count();
    }

    private double refused(String reason) {
        return registry.get("keyturn.webhooks.refused").tag("reason", reason).counter().count();
    }

    @ParameterizedTest
    @CsvSource({"APIold,RETIRING", "APInow,ACTIVE", "APInew,STAGED"})
    void a_webhook_of_any_key_of_the_ring_is_taken_and_counted_by_its_key(String name, String state) {
        var before = taken("participant_joined", state);
        posted(key(name), event("participant_joined")).statusCode(200).body(emptyString());
        assertEquals(before + 1, taken("participant_joined", state));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/webhook+json; charset=utf-8", "application/webhook+json"})
    void it_may_be_sent_as_livekits_json_or_as_json(String contentType) {
        var body = event("room_started");
        posted("Bearer " + TestWebhooks.token(key("APInow"), body, clock.instant()), body, contentType).statusCode(200);
    }

    @ParameterizedTest
    @CsvSource({"0,200", "-59,200", "-61,401", "359,200", "361,401"})
    void it_is_taken_from_a_minute_before_its_token_begins_to_a_minute_after_it_ends(long age, int status) {
        var body = event("room_started");
        posted(TestWebhooks.token(key("APInow"), body, clock.instant().minusSeconds(age)), body, TYPE)
                .statusCode(status);
    }

    @Test
    void what_is_not_verified_is_a_401_that_does_not_say_why_and_is_counted_by_why() {
        var body = event("room_started");
        var now = clock.instant();
        var forged = SigningKey.staged(new ApiKey("APInow"), TestKeys.staged("APIx").secret(), now);
        for (var bad : List.of(List.of("hash", TestWebhooks.token(key("APInow"), body + " ", now)),
                List.of("unknown_key", TestWebhooks.token(TestKeys.staged("APIx"), body, now)),
                List.of("signature", TestWebhooks.token(forged, body, now)),
                List.of("expired", TestWebhooks.token(key("APInow"), body, now.minusSeconds(1000))),
                List.of("malformed", "Bearer garbage"))) {
            var before = refused(bad.get(0));
            posted(bad.get(1), body, TYPE).statusCode(401).contentType("application/problem+json")
                    .body("detail", equalTo("The webhook is not verified.")).body("status", equalTo(401));
            assertEquals(before + 1, refused(bad.get(0)), bad.get(0));
        }
        var before = refused("no_token");
        given().header("Content-Type", TYPE).body(body.getBytes(UTF_8)).post("/webhook").then().statusCode(401);
        assertEquals(before + 1, refused("no_token"));
    }

    @Test
    void an_event_that_comes_again_is_200_and_counted_once_whatever_key_signs_it() {
        var before = taken("track_published", "ACTIVE") + taken("track_published", "RETIRING");
        var repeated = registry.get("keyturn.webhooks.repeated").counter().count();
        var body = event("track_published");
        posted(key("APInow"), body).statusCode(200);
        posted(key("APInow"), body).statusCode(200);
        posted(key("APIold"), body).statusCode(200);
        assertEquals(before + 1, taken("track_published", "ACTIVE") + taken("track_published", "RETIRING"));
        assertEquals(repeated + 2, registry.get("keyturn.webhooks.repeated").counter().count());
    }

    @Test
    void an_event_that_nobody_knows_is_taken_and_counted_as_other() {
        var before = taken("other", "ACTIVE");
        posted(key("APInow"), event("canary_event")).statusCode(200);
        assertEquals(before + 1, taken("other", "ACTIVE"));
        assertEquals(0, taken("canary_event", "ACTIVE"));
    }

    @Test
    void what_is_signed_and_no_event_is_a_400() {
        for (var body : List.of("", "{", "[]", "{\"id\":\"EV_0\"}")) {
            var before = refused("body");
            posted(key("APInow"), body).statusCode(400).contentType("application/problem+json");
            assertEquals(before + 1, refused("body"));
        }
    }

    @Test
    void another_content_type_is_a_415_and_counted() {
        var before = refused("content_type");
        var body = event("room_started");
        posted(TestWebhooks.token(key("APInow"), body, clock.instant()), body, "text/plain").statusCode(415)
                .body("detail", containsString(TYPE));
        assertEquals(before + 1, refused("content_type"));
    }

    @Test
    void a_body_of_two_megabytes_is_taken_and_a_longer_one_is_a_413_and_counted() {
        var begin = event("participant_joined").replaceAll("}$", ",\"pad\":\"");
        var body = begin + "x".repeat((2 << 20) - begin.length() - 2) + "\"}";
        posted(key("APInow"), body).statusCode(200);
        var before = refused("too_large");
        posted(key("APInow"), body + " ").statusCode(413).contentType("application/problem+json");
        assertEquals(before + 1, refused("too_large"));
    }

    @Test
    void a_body_whose_length_is_not_said_is_bounded_while_it_is_read() throws IOException, InterruptedException {
        var body = event("participant_joined") + " ".repeat(200_000);
        assertEquals(200, chunked(body));
        var before = refused("too_large");
        try {
            assertEquals(413, chunked(body + " ".repeat(2 << 20)));
        } catch (IOException closed) {
            // the rest is not read, so the answer may be lost to the client
        }
        assertEquals(before + 1, refused("too_large"));
    }

    private int chunked(String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(url).header("Content-Type", TYPE)
                .header("Authorization", TestWebhooks.token(key("APInow"), body, clock.instant()))
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body.getBytes(UTF_8)))).build();
        return HTTP.send(request, BodyHandlers.discarding()).statusCode();
    }

    @Test
    void another_method_is_a_405_that_says_which() {
        given().get("/webhook").then().statusCode(405).header("Allow", "POST, OPTIONS");
    }

    @Test
    void a_key_that_was_dropped_is_refused_as_soon_as_the_ring_moves() {
        var staged = key("APInew");
        posted(staged, event("room_started")).statusCode(200);
        place.move(held -> held.drop(staged.key()));
        ring.refresh();
        posted(staged, event("room_started")).statusCode(401);
        place.move(held -> held.stage(staged));
        ring.refresh();
        posted(staged, event("room_started")).statusCode(200);
    }

    @Test
    void a_ring_that_nobody_confirmed_for_too_long_is_a_503_and_livekit_sends_again() {
        ((TestClock) clock).advance(Duration.ofHours(12).plusSeconds(1));
        var body = event("room_started");
        posted(key("APInow"), body).statusCode(503).contentType("application/problem+json")
                .header("Retry-After", "3600");
        ring.refresh();
        posted(key("APInow"), body).statusCode(200);
    }

    @Test
    void random_bodies_and_tokens_are_never_a_5xx() throws IOException, InterruptedException {
        var random = new Random(20260304);
        var statuses = new TreeSet<Integer>();
        for (int i = 0; i < 10_000; i++) {
            var body = event("room_started");
            var token = TestWebhooks.token(key("APInow"), body, clock.instant());
            if (random.nextBoolean()) {
                token = changed(token, random);
            }
            var bytes = (random.nextBoolean() ? changed(body, random) : body).getBytes(UTF_8);
            var request = HttpRequest.newBuilder(url).header("Content-Type", TYPE).header("Authorization", token)
                    .POST(BodyPublishers.ofByteArray(bytes)).build();
            statuses.add(HTTP.send(request, BodyHandlers.discarding()).statusCode());
        }
        assertEquals(new TreeSet<>(List.of(200, 401)), statuses);
    }

    private static String changed(String text, Random random) {
        var changed = new StringBuilder(text);
        for (int times = random.nextInt(4); times >= 0; times--) {
            changed.setCharAt(random.nextInt(text.length()), (char) (32 + random.nextInt(95)));
        }
        return changed.toString();
    }
}
