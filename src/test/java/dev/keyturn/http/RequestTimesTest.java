package dev.keyturn.http;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Requests are timed by what we know of, and not by what anybody may make up. */
@QuarkusTest
class RequestTimesTest {

    @Inject
    MeterRegistry registry;

    @Test
    void an_endpoint_has_its_path_and_each_status_of_its_own() {
        var granted = count("POST", "/token", "201", "SUCCESS");
        var refused = count("POST", "/token", "400", "CLIENT_ERROR");
        given().contentType("application/json").body("{}").post("/token").then().statusCode(201);
        given().contentType("application/json").body("[]").post("/token").then().statusCode(400);
        await(() -> count("POST", "/token", "201", "SUCCESS") == granted + 1);
        await(() -> count("POST", "/token", "400", "CLIENT_ERROR") == refused + 1);
    }

    @Test
    void paths_and_methods_that_somebody_made_up_are_all_one() {
        var other = count("OTHER", "NOT_FOUND", "404", "CLIENT_ERROR");
        var forbidden = count("POST", "OTHER", "403", "CLIENT_ERROR");
        given().get("/canary-7351").then().statusCode(404);
        given().request("CANARY7351", "/canary-7352").then().statusCode(404);
        given().header("Origin", "https://evil.example").post("/canary-7353").then().statusCode(403);
        await(() -> count("OTHER", "NOT_FOUND", "404", "CLIENT_ERROR") == other + 1);
        await(() -> count("POST", "OTHER", "403", "CLIENT_ERROR") == forbidden + 1);
        assertTrue(registry.find("http.server.requests").timers().stream().map(Timer::getId)
                .noneMatch(id -> id.toString().contains("anary")), "a request made a label");
    }

    /** A request is timed when its answer has been sent, so a client may be earlier. */
    private static void await(BooleanSupplier condition) {
        var until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < until, "it was not counted");
            Thread.onSpinWait();
        }
    }

    private long count(String method, String uri, String status, String outcome) {
        var timer = registry.find("http.server.requests")
                .tags("method", method, "uri", uri, "status", status, "outcome", outcome).timer();
        return timer == null ? 0 : timer.count();
    }
}
