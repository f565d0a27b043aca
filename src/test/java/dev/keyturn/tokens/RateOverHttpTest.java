package dev.keyturn.tokens;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.keyturn.TestClock;
import dev.keyturn.callers.TestIssuer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How often one may ask, and an issuer whose keys nobody knows yet, by a clock that the test turns. */
@QuarkusTest
@TestProfile(RateOverHttpTest.WithClock.class)
class RateOverHttpTest {

    /** One issuer with its keys at hand, one whose keys cannot be fetched, and a rule with a rate. */
    public static final class Issuers implements QuarkusTestResourceLifecycleManager {

        private TestIssuer[] issuers;

        @Override
        public Map<String, String> start() {
            var clock = new TestClock();
            issuers = new TestIssuer[] {
                TestIssuer.start(FuzzRules.A, "ES256", clock), TestIssuer.start(FuzzRules.B, "ES256", clock)};
            issuers[1].answersWith(500, "");
            try {
                var folder = Files.createTempDirectory(Path.of("target"), "rate");
                var settings = new HashMap<>(issuers[0].settings("a", folder));
                settings.putAll(issuers[1].settings("b"));
                settings.put("keyturn.policy.file", Files.writeString(folder.resolve("policy.yaml"), """
                        rules:
                          - {name: few, for: authenticated, rooms: fresh, rate: 2/1m}
                          - {name: guests, for: anonymous, rooms: fresh, identity: "guest-*", rate: 1/1m}
                        """).toString());
                return settings;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void inject(TestInjector injector) {
            injector.injectIntoFields(issuers, new TestInjector.MatchesType(TestIssuer[].class));
        }

        @Override
        public void stop() {
            for (var issuer : issuers) {
                issuer.close();
            }
        }
    }

    public static final class WithClock implements QuarkusTestProfile {

        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(TurnableClock.class);
        }

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(Issuers.class));
        }
    }

    TestIssuer[] issuers;

    @Inject
    Clock clock;

    private String ann;
    private String bob;

    private void turn(Duration by) {
        ((TestClock) clock).advance(by);
    }

    /** Every bucket is full again, and nobody's bearer has expired. */
    @BeforeEach
    void begin() {
        turn(Duration.ofMinutes(2));
        ann = issuers[0].bearer(Map.of("sub", "ann", "exp", clock.instant().getEpochSecond() + 3600));
        bob = issuers[0].bearer(Map.of("sub", "bob", "exp", clock.instant().getEpochSecond() + 3600));
    }

    private static ValidatableResponse asked(String bearer) {
        var request = given().contentType("application/json").body("{}");
        return (bearer == null ? request : request.header("Authorization", "Bearer " + bearer)).post("/token").then();
    }

    @Test
    void the_one_too_many_is_a_429_that_says_when_to_come_back() {
        asked(ann).statusCode(201);
        asked(ann).statusCode(201);
        asked(ann).statusCode(429).contentType("application/problem+json")
                .header("Retry-After", "30").body("status", equalTo(429));
        asked(bob).statusCode(201);
    }

    @Test
    void who_comes_back_when_told_gets_a_token() {
        asked(ann).statusCode(201);
        asked(ann).statusCode(201);
        asked(ann).statusCode(429);
        turn(Duration.ofSeconds(29));
        asked(ann).statusCode(429).header("Retry-After", "1");
        turn(Duration.ofSeconds(1));
        asked(ann).statusCode(201);
        asked(ann).statusCode(429);
    }

    @Test
    void a_refusal_by_the_rules_costs_nothing() {
        for (int i = 0; i < 5; i++) {
            given().contentType("application/json").header("Authorization", "Bearer " + ann)
                    .body("{\"room_name\": \"x\"}").post("/token").then().statusCode(403);
        }
        asked(ann).statusCode(201);
    }

    @Test
    void strangers_are_counted_by_their_address() {
        asked(null).statusCode(201);
        asked(null).statusCode(429).header("Retry-After", "60");
        asked(ann).statusCode(201);
    }

    @Test
    void the_429_is_in_the_audit_with_its_rule() throws IOException {
        asked(ann).statusCode(201);
        asked(ann).statusCode(201);
        try (var audit = new AuditLines()) {
            asked(ann).statusCode(429);
            assertEquals("few", audit.only().get("rule").asText());
            assertEquals("rate", audit.only().get("reason").asText());
        }
    }

    @Test
    void an_issuer_whose_keys_are_not_known_yet_is_a_503_and_not_the_callers_fault() {
        asked(issuers[1].bearer(Map.of("sub", "ann", "exp", clock.instant().getEpochSecond() + 3600)))
                .statusCode(503).contentType("application/problem+json").header("Retry-After", "5");
    }
}
