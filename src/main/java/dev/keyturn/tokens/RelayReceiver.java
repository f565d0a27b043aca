package dev.keyturn.tokens;

import dev.keyturn.tracing.Tracing;
import io.opentelemetry.api.trace.SpanContext;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * One receiver's queue. It has a few lanes: the events of a room are all in one of them and go out one after the other,
 * each until it is taken or given up; so they keep their order, and a slow answer holds up an eighth of the rooms.
 */
final class RelayReceiver {

    private static final int LANES = 8;
    private static final int MAX_BYTES = 32 << 20;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration PAUSE_AT_THE_END = Duration.ofMillis(200);

    /** An event that was taken from LiveKit then, in that trace, and its failures since. */
    private record Waiting(WebhookEvent event, SpanContext trace, Instant since, int failures) {}

    private static final class Lane {
        /** The first of them is being tried, or pauses. */
        private final Deque<Waiting> waiting = new ArrayDeque<>();
        private ScheduledFuture<?> pause;
    }

    private final String name;
    private final RelayTarget target;
    private final Duration giveUpAfter;
    private final int queueSize;
    private final HttpClient client;
    private final ScheduledExecutorService timer;
    private final RelayLedger ledger;
    private final Clock clock;
    private final List<Lane> lanes = new ArrayList<>();
    private int queued;
    private long bytes;
    private boolean isEnding;

    RelayReceiver(String name, RelayTarget target, WebhooksConfig.ReceiverConfig config, HttpClient client,
            ScheduledExecutorService timer, RelayLedger ledger, Clock clock) {
        this.name = name;
        this.target = target;
        this.giveUpAfter = config.giveUpAfter();
        this.queueSize = config.queueSize();
        this.client = client;
        this.timer = timer;
        this.ledger = ledger;
        this.clock = clock;
        for (int i = 0; i < LANES; i++) {
            lanes.add(new Lane());
        }
    }

    String name() {
        return name;
    }

    RelayTarget target() {
        return target;
    }

    synchronized int queued() {
        return queued;
    }

    /** Queues an event, without waiting for anything; false if there is no room for it. */
    synchronized boolean offer(WebhookEvent event) {
        if (isEnding || queued >= queueSize || queued > 0 && bytes + event.body().length > MAX_BYTES) {
            return false;
        }
        var lane = lanes.get(Math.floorMod(event.order().hashCode(), LANES));
        lane.waiting.add(new Waiting(event, Tracing.current(), clock.instant(), 0));
        queued++;
        bytes += event.body().length;
        if (lane.waiting.size() == 1) {
            timer.execute(() -> attempt(lane));
        }
        return true;
    }

    private void attempt(Lane lane) {
        Waiting first;
        synchronized (this) {
            lane.pause = null;
            first = lane.waiting.element();
        }
        var span = Tracing.call("POST", target.url(), first.trace, first.failures);
        CompletableFuture<HttpResponse<Void>> answer;
        try {
            var request = target.post(first.event.body(), clock.instant());
            Tracing.carry(span, request);
            answer = client.sendAsync(request.build(), BodyHandlers.discarding());
        } catch (RuntimeException e) { // whatever it is, the lane must go on
            Tracing.failed(span, e);
            answered(lane, 0);
            return;
        }
        answer.copy().orTimeout(target.timeout().toMillis(), TimeUnit.MILLISECONDS).whenComplete((come, failure) -> {
            answer.cancel(true); // closes the connection of an answer that is still trickling in
            if (failure == null) {
                Tracing.answered(span, come.statusCode(), come.statusCode() >= 400);
                answered(lane, come.statusCode());
            } else {
                Tracing.failed(span, failure);
                answered(lane, 0);
            }
        });
    }

    /** @param status 0 for no answer in time */
    private void answered(Lane lane, int status) {
        var isTaken = status >= 200 && status < 300;
        var mayBeTakenLater = status == 0 || status == 429 || status >= 500;
        if (mayBeTakenLater && !isTooOld(lane)) {
            pause(lane);
            return;
        }
        if (isTaken) {
            ledger.relayed(name);
        } else {
            ledger.lost(name, mayBeTakenLater ? RelayLoss.GAVE_UP : RelayLoss.REFUSED, 1);
        }
        remove(lane);
    }

    private synchronized boolean isTooOld(Lane lane) {
        return !clock.instant().isBefore(lane.waiting.element().since.plus(giveUpAfter));
    }

    private synchronized void pause(Lane lane) {
        var first = lane.waiting.remove();
        lane.waiting.addFirst(new Waiting(first.event, first.trace, first.since, first.failures + 1));
        var pause = isEnding ? PAUSE_AT_THE_END : pauseAfter(first.failures);
        lane.pause = timer.schedule(() -> attempt(lane), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** 0.5, 1, 2, 4 ... 30 seconds, less up to a half: those of many lanes do not come together. */
    static Duration pauseAfter(int failuresBefore) {
        var longest = Math.min(FIRST_PAUSE.toMillis() << Math.min(failuresBefore, 10), LONGEST_PAUSE.toMillis());
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(longest / 2, longest + 1));
    }

    private synchronized void remove(Lane lane) {
        bytes -= lane.waiting.remove().event.body().length;
        queued--;
        if (!lane.waiting.isEmpty()) {
            timer.execute(() -> attempt(lane));
        }
        notifyAll();
    }

    /** From now on takes no more, and tries again at once what pauses. */
    synchronized void beginToEnd() {
        isEnding = true;
        for (var lane : lanes) {
            if (lane.pause != null && lane.pause.cancel(false)) {
                lane.pause = null;
                timer.execute(() -> attempt(lane));
            }
        }
    }

    /**
     * Waits until nothing is queued, or that long.
     *
     * @return how many events are left
     */
    synchronized int awaitEmpty(Duration atMost) {
        var until = System.nanoTime() + atMost.toNanos();
        try {
            for (var left = atMost.toNanos(); queued > 0 && left > 0; left = until - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return queued;
    }
}
