package dev.keyturn.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Answers 503 at once, instead of letting everybody wait ever longer, while requests wait for more than
 * {@code keyturn.http.longest-wait}.
 *
 * <p>What waits is in the buffers of connections, where nobody can count it. But each event loop serves one connection
 * after another and then what is due by the clock: a beat that is late says for how long its loop has been busy with
 * the others, and so how long the request at hand has waited.
 */
@Singleton
class Overload {

    private static final Duration BEAT = Duration.ofMillis(20);

    /** After those that answer pages in a browser about origins (300), before anybody is authenticated (200). */
    private static final int PRIORITY = 250;

    /** In seconds. Clients that come back come spread over as many. */
    private static final int LONGEST_RETRY_AFTER = 5;

    private final ThreadLocal<Beat> beats = new ThreadLocal<>();
    private final List<Future<?>> beating = new ArrayList<>();
    private final String problem = Problem.UNAVAILABLE.json("The server has more to do than it can. Try again later.");
    private final long latest;
    private final Counter shed;

    /** Of one event loop, and on its thread only. */
    private final class Beat implements Runnable {

        private long last = System.nanoTime();

        @Override
        public void run() {
            last = System.nanoTime();
            beats.set(this);
        }
    }

    Overload(HttpConfig config, MeterRegistry registry) {
        latest = config.longestWait().plus(BEAT).toNanos();
        shed = Counter.builder("keyturn.requests.shed")
                .description("Requests answered with 503 because too many waited").register(registry);
    }

    void watch(@Observes Filters filters, Vertx vertx,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving) {
        if (!serving) {
            return;
        }
        vertx.nettyEventLoopGroup().forEach(loop -> beating.add(
                loop.scheduleAtFixedRate(new Beat(), 0, BEAT.toMillis(), TimeUnit.MILLISECONDS)));
        filters.register(this::admit, PRIORITY);
    }

    void stop(@Observes ShutdownEvent event) {
        beating.forEach(beat -> beat.cancel(false));
    }

    private void admit(RoutingContext request) {
        var beat = beats.get();
        if (beat == null || System.nanoTime() - beat.last <= latest) {
            request.next();
            return;
        }
        shed.increment();
        request.response().setStatusCode(Problem.UNAVAILABLE.status)
                .putHeader(HttpHeaders.RETRY_AFTER,
                        Integer.toString(ThreadLocalRandom.current().nextInt(1, LONGEST_RETRY_AFTER + 1)))
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .end(problem);
    }
}
