package dev.keyturn.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.ServiceUnavailableException;
import jakarta.ws.rs.core.HttpHeaders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Answers 503, instead of letting everybody wait, to requests that come too late by {@link ControlledDelay}.
 *
 * <p>What waits is in the buffers of connections, where nobody can count it. But each event loop serves one connection
 * after another and then what is due by the clock: a beat that is late says for how long its loop has been busy with
 * the others, and so how long the request at hand has waited. It is asked twice: when a request was read, and when its
 * work begins, for a loop reads from all connections first, and then does the work of thousands in one go.
 */
@Singleton
class Overload {

    private static final Duration BEAT = Duration.ofMillis(20);

    /** After those that answer pages in a browser about origins (300), before anybody is authenticated (200). */
    private static final int PRIORITY = 250;

    /** In seconds. Clients that come back come spread over as many. */
    private static final int LONGEST_RETRY_AFTER = 5;

    private static final String DETAIL = "The server has more to do than it can. Try again later.";

    private final ThreadLocal<ControlledDelay> delays = new ThreadLocal<>();
    private final List<Future<?>> beating = new ArrayList<>();
    private final String problem = Problem.UNAVAILABLE.json(DETAIL);
    private final Duration longestWait;
    private final Counter shed;

    Overload(HttpConfig config, MeterRegistry registry) {
        longestWait = config.longestWait();
        shed = Counter.builder("keyturn.requests.shed")
                .description("Requests answered with 503 because there is more to do than the server can")
                .register(registry);
    }

    void watch(@Observes Filters filters, Vertx vertx,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving) {
        if (!serving) {
            return;
        }
        for (var loop : vertx.nettyEventLoopGroup()) {
            loop.execute(() -> delays.set(new ControlledDelay(longestWait, System.nanoTime())));
            beating.add(loop.scheduleWithFixedDelay(() -> delays.get().beat(System.nanoTime()),
                    BEAT.toMillis(), BEAT.toMillis(), TimeUnit.MILLISECONDS));
        }
        filters.register(this::admit, PRIORITY);
    }

    void stop(@Observes ShutdownEvent event) {
        beating.forEach(beat -> beat.cancel(false));
    }

    private void admit(RoutingContext request) {
        var delay = delays.get();
        if (delay == null || delay.admits(System.nanoTime())) {
            request.next();
            return;
        }
        shed.increment();
        request.response().setStatusCode(Problem.UNAVAILABLE.status)
                .putHeader(HttpHeaders.RETRY_AFTER, Integer.toString(retryAfter()))
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .end(problem);
    }

    /** @throws ServiceUnavailableException instead of the work of a request that has waited for too long */
    void admit() {
        var delay = delays.get();
        if (delay != null && delay.tooLate(System.nanoTime())) {
            shed.increment();
            throw new TooLate(retryAfter());
        }
    }

    private static int retryAfter() {
        return ThreadLocalRandom.current().nextInt(1, LONGEST_RETRY_AFTER + 1);
    }

    private static final class TooLate extends ServiceUnavailableException implements Supplier<Map<String, Object>> {

        TooLate(int retryAfter) {
            super((long) retryAfter);
        }

        @Override
        public Map<String, Object> get() {
            return Map.of("detail", DETAIL);
        }

        @Override
        public Throwable fillInStackTrace() {
            return this; // thousands a second, and nobody reads it
        }
    }
}
