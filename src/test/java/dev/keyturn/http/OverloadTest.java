package dev.keyturn.http;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A server that has more to do than it can says so at once. */
@QuarkusTest
@TestProfile(OverloadTest.Impatient.class)
class OverloadTest {

    public static class Impatient implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("keyturn.http.longest-wait", "200ms");
        }
    }

    private static final String BUSY = "X-Busy";

    /** Keeps an event loop busy between a request's arrival and its work. */
    @Singleton
    static class OthersWork {
        void before(@Observes Filters filters) {
            filters.register(request -> {
                if (request.request().getHeader(BUSY) != null) {
                    pass(Duration.ofMillis(400));
                }
                request.next();
            }, 100);
        }
    }

    @Inject
    Vertx vertx;

    @Inject
    MeterRegistry registry;

    @TestHTTPResource("/token")
    URI url;

    @Test
    void requests_that_have_waited_too_long_are_answered_at_once_with_when_to_come_back() throws Exception {
        var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        var shed = registry.get("keyturn.requests.shed").counter();
        var before = shed.count();
        var late = whileEveryEventLoopIsBusy(Duration.ofMillis(400), () ->
                Stream.generate(() -> client.sendAsync(request(), BodyHandlers.ofString())).limit(40).toList());
        for (var answer : late) {
            assertShed(answer.get(30, SECONDS));
        }
        assertEquals(before + late.size(), shed.count());
        assertEquals(201, client.send(request(), BodyHandlers.ofString()).statusCode(), "on the same connections");
    }

    @Test
    void a_request_that_was_read_in_time_is_not_worked_on_after_a_long_wait_for_the_work_of_others() throws Exception {
        var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        var shed = registry.get("keyturn.requests.shed").counter();
        var before = shed.count();
        var late = HttpRequest.newBuilder(request(), (name, value) -> true).header(BUSY, "yes")
                .POST(BodyPublishers.noBody()).build(); // a body would be read later, after a beat
        assertShed(client.send(late, BodyHandlers.ofString()));
        assertEquals(before + 1, shed.count());
        assertEquals(201, client.send(request(), BodyHandlers.ofString()).statusCode(), "on the same connection");
    }

    private static void assertShed(HttpResponse<String> response) {
        assertEquals(503, response.statusCode(), response.body());
        var wait = Integer.parseInt(response.headers().firstValue("Retry-After").orElseThrow());
        assertTrue(wait >= 1 && wait <= 5, "Retry-After: " + wait);
        assertEquals("application/problem+json", response.headers().firstValue("Content-Type").orElseThrow());
        assertEquals("no-store", response.headers().firstValue("Cache-Control").orElseThrow());
        assertEquals("https://app.example.com",
                response.headers().firstValue("Access-Control-Allow-Origin").orElseThrow(), "a page must read it");
        assertTrue(response.body().contains("https://keyturn.dev/problems#unavailable"), response.body());
    }

    private HttpRequest request() {
        return HttpRequest.newBuilder(url).header("Content-Type", "application/json")
                .header("Origin", "https://app.example.com").POST(BodyPublishers.ofString("{}")).build();
    }

    private List<CompletableFuture<HttpResponse<String>>> whileEveryEventLoopIsBusy(Duration atLeast,
            Supplier<List<CompletableFuture<HttpResponse<String>>>> work) throws Exception {
        var until = new CountDownLatch(1);
        var began = new CountDownLatch(1);
        vertx.nettyEventLoopGroup().forEach(loop -> loop.execute(() -> {
            try {
                began.countDown();
                until.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        began.await();
        var asked = work.get();
        pass(atLeast);
        until.countDown();
        return asked;
    }

    private static void pass(Duration time) {
        try {
            Thread.sleep(time.toMillis()); // the time itself is what this is about
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
