package dev.keyturn.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
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

    /** Keeps a request's event loop busy, before it is first looked at or after. */
    @Singleton
    static class OthersWork {
        void register(@Observes Filters filters) {
            filters.register(request -> work(request, "before"), 290);
            filters.register(request -> work(request, "after"), 100);
        }

        private static void work(RoutingContext request, String when) {
            if (when.equals(request.request().getHeader(BUSY))) {
                try {
                    Thread.sleep(400); // the time itself is what this is about
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            request.next();
        }
    }

    @Inject
    MeterRegistry registry;

    @TestHTTPResource("/token")
    URI url;

    @Test
    void a_request_that_was_read_too_late_is_answered_at_once_with_when_to_come_back() throws Exception {
        assertShed(request().header(BUSY, "before").setHeader("Content-Type", "text/plain")); // no work: a 415
    }

    @Test
    void a_request_that_was_read_in_time_is_not_worked_on_after_a_long_wait_for_the_work_of_others() throws Exception {
        assertShed(request().header(BUSY, "after").POST(BodyPublishers.noBody())); // a body is read after a beat
    }

    private void assertShed(HttpRequest.Builder late) throws Exception {
        var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        var shed = registry.get("keyturn.requests.shed").counter();
        var before = shed.count();
        assertIsShed(client.send(late.build(), BodyHandlers.ofString()));
        assertEquals(before + 1, shed.count());
        assertEquals(201, client.send(request().build(), BodyHandlers.ofString()).statusCode(), "on the same connection");
    }

    private static void assertIsShed(HttpResponse<String> response) {
        assertEquals(503, response.statusCode(), response.body());
        var wait = Integer.parseInt(response.headers().firstValue("Retry-After").orElseThrow());
        assertTrue(wait >= 1 && wait <= 5, "Retry-After: " + wait);
        assertEquals("application/problem+json", response.headers().firstValue("Content-Type").orElseThrow());
        assertEquals("no-store", response.headers().firstValue("Cache-Control").orElseThrow());
        assertEquals("https://app.example.com",
                response.headers().firstValue("Access-Control-Allow-Origin").orElseThrow(), "a page must read it");
        assertTrue(response.body().contains("https://keyturn.dev/problems#unavailable"), response.body());
    }

    private HttpRequest.Builder request() {
        return HttpRequest.newBuilder(url).header("Content-Type", "application/json")
                .header("Origin", "https://app.example.com").POST(BodyPublishers.ofString("{}"));
    }
}
