package dev.keyturn.rotation.model;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Virtual time, in which one thing happens after the other. Code that waits in its middle has a thread of its own and a
 * baton: exactly one thread runs at any time, and which goes on is decided by when each wanted to wake up, and among
 * those who wanted it at once by who asked first.
 */
final class Simulation implements AutoCloseable {

    private final ExecutorService threads;
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparing(Event::at).thenComparing(Event::number));
    private final List<Actor> actors = new ArrayList<>();
    private Instant now;
    private Instant horizon;
    private long number;
    private boolean over;
    private Throwable failure;

    private record Event(Instant at, long number, Runnable what) {}

    /** Ends whoever still waits when a history is over. */
    private static final class Over extends Error {}

    Simulation(Instant start, ExecutorService threads) {
        this.now = start;
        this.horizon = start;
        this.threads = threads;
    }

    Instant now() {
        return now;
    }

    void at(Instant when, Runnable what) {
        events.add(new Event(when.isBefore(now) ? now : when, number++, what));
    }

    void after(Duration wait, Runnable what) {
        at(now.plus(wait), what);
    }

    /** Nothing happens any more. */
    void stop() {
        over = true;
    }

    void run(Instant until) {
        horizon = until;
        while (!over && !events.isEmpty() && !events.peek().at.isAfter(until)) {
            var event = events.poll();
            now = event.at;
            event.what.run();
        }
        now = over ? now : until;
    }

    /** Runs code that may {@link Actor#sleep}, until it first does. */
    void start(Consumer<Actor> code) {
        var actor = new Actor();
        actors.add(actor);
        threads.execute(() -> {
            actor.baton.acquireUninterruptibly();
            try {
                if (!over) {
                    code.accept(actor);
                }
            } catch (Over ended) {
                // as it should
            } catch (Throwable unexpected) {
                failure = unexpected;
                over = true;
            } finally {
                actors.remove(actor);
                actor.back.release();
            }
        });
        actor.goOn();
    }

    /** Ends every thread that waits here. */
    @Override
    public void close() {
        over = true;
        List.copyOf(actors).forEach(Actor::goOn);
        if (failure != null) {
            throw new AssertionError("a mistake in the model or the program", failure);
        }
    }

    final class Actor {

        private final Semaphore baton = new Semaphore(0);
        private final Semaphore back = new Semaphore(0);

        private void goOn() {
            baton.release();
            back.acquireUninterruptibly();
        }

        void sleep(Duration time) {
            var wake = now.plus(time);
            var isNext = events.isEmpty() || events.peek().at.isAfter(wake);
            if (!over && isNext && !wake.isAfter(horizon)) {
                now = wake; // nobody else would do anything meanwhile
                return;
            }
            if (!over) {
                at(wake, this::goOn);
                back.release();
                baton.acquireUninterruptibly();
            }
            if (over) {
                throw new Over();
            }
        }
    }
}
