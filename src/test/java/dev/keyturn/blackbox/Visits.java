package dev.keyturn.blackbox;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;

/** One visitor after another, each with a token that dispatches the agent: they come, wait for it, and leave. */
final class Visits implements AutoCloseable {

    private static final Duration WITHIN = Duration.ofSeconds(20);

    private final AgentScene scene;
    private final List<Visit> all = new CopyOnWriteArrayList<>();
    private final ReentrantLock door = new ReentrantLock(true);
    private final Thread thread = new Thread(this::visit, "visits");
    private volatile boolean closing;
    private volatile Throwable failure;

    Visits(AgentScene scene) {
        this.scene = scene;
        thread.start();
    }

    /**
     * @param who    also the metadata of their dispatch
     * @param began  before the token was asked for
     * @param served whether the agent came
     */
    record Visit(String who, Instant began, boolean served) {}

    private void visit() {
        try {
            for (int number = 1; !closing; number++) {
                door.lockInterruptibly();
                try {
                    var who = "visit-" + number;
                    var began = Instant.now();
                    scene.comes(who);
                    var served = scene.people.await(who, "agent", WITHIN).isPresent();
                    scene.people.leave(who);
                    scene.people.await(who, "left", WITHIN);
                    all.add(new Visit(who, began, served));
                } finally {
                    door.unlock();
                }
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            failure = e;
        }
    }

    /** A dispatch is lost for good if no worker is there at that moment, as while LiveKit restarts. */
    void whileNobodyIsThere(Runnable action) throws InterruptedException {
        door.lockInterruptibly();
        try {
            action.run();
        } finally {
            door.unlock();
        }
    }

    /** Those that are over. */
    List<Visit> all() {
        if (failure != null) {
            throw new AssertionError("nobody comes any more", failure);
        }
        return List.copyOf(all);
    }

    /** Waits until so many visits that began after this moment are over. */
    void awaitAfter(Instant moment, int count) {
        scene.await(count + " visits after " + moment,
                () -> all().stream().filter(visit -> visit.began().isAfter(moment)).count() >= count);
    }

    /** Whoever is there leaves first. */
    @Override
    public void close() throws InterruptedException {
        closing = true;
        thread.join();
    }
}
