package dev.keyturn.agents;

import dev.keyturn.keys.LiveRing;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Reception;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

/**
 * Polls that wait for the ring to change, so many and no more. They end when what they wait for has come, when their
 * time is over, when the client hangs up, and at the beginning of a shutdown, which would otherwise wait for them.
 */
@Singleton
class WaitingPolls {

    private final Vertx vertx;
    private final Semaphore places;
    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    WaitingPolls(Vertx vertx, AgentSettings settings, LiveRing ring, AgentMetrics metrics) {
        this.vertx = vertx;
        this.places = new Semaphore(settings.maxWaiting());
        ring.onNewer(() -> waiting.forEach(Waiting::look));
        metrics.watch(waiting::size);
    }

    /** What the platform tells first when it stops, before it waits for requests (quarkus.shutdown.timeout). */
    void stop(@Observes(notifyObserver = Reception.IF_EXISTS) ShutdownDelayInitiatedEvent event) {
        stopping = true;
        waiting.forEach(Waiting::end);
    }

    private record Waiting(Context context, BooleanSupplier isOver, UniEmitter<? super Boolean> emitter) {

        /** On the thread of the request: whoever has a newer ring has other things to do. */
        void look() {
            context.runOnContext(here -> {
                if (isOver.getAsBoolean()) {
                    emitter.complete(true);
                }
            });
        }

        void end() {
            context.runOnContext(here -> emitter.complete(true));
        }
    }

    /**
     * Ends once {@code isOver}, which is asked whenever the ring has changed, and after {@code longest} at the latest.
     *
     * @return false, at once, if no more can wait
     */
    Uni<Boolean> until(BooleanSupplier isOver, Duration longest) {
        return Uni.createFrom().emitter(emitter -> {
            if (!places.tryAcquire()) {
                emitter.complete(false);
                return;
            }
            var one = new Waiting(vertx.getOrCreateContext(), isOver, emitter);
            var timer = vertx.setTimer(longest.toMillis(), now -> emitter.complete(true));
            waiting.add(one);
            emitter.onTermination(() -> { // answered, or the client hung up
                vertx.cancelTimer(timer);
                waiting.remove(one);
                places.release();
            });
            if (stopping) {
                emitter.complete(false);
            } else {
                one.look(); // the ring may have changed before it stood there
            }
        });
    }
}
