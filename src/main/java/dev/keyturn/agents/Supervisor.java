package dev.keyturn.agents;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Decides which workers run: one that serves, beside it at a turn the next one, and those that drain. It is told what
 * happened, one thing at a time, and knows neither processes nor threads.
 *
 * <p>What must hold: while a worker serves, no failure of anything else ends it; it drains only when the next one is up
 * or a signal came. A worker that ends unasked failed, whatever its status: one whose key was withdrawn ends with 0.
 */
final class Supervisor {

    /** exec itself could not do its work, as docker and env have it. */
    static final int FAILED = 125;

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final Workers workers;
    private final Pace pace;
    private final InstantSource clock;
    private final Consumer<String> says;
    private final List<Worker> draining = new ArrayList<>();
    private WorkerCredentials wanted;
    private Worker serving;
    private Worker next;
    private int started;
    private int failures;
    private Instant retryAt = Instant.MIN;
    private boolean ending;
    private boolean told;
    private int principal;
    private int status;
    private long turnsDone;
    private long turnsFailed;
    private long restarts;

    /**
     * @param startLimit for a worker to come up
     * @param drainLimit for a worker to end once it was asked to
     * @param restart    whether one that ends unasked is started again
     */
    record Pace(Duration startLimit, Duration drainLimit, boolean restart) {}

    /**
     * What others may see of it.
     *
     * @param inUse what the worker that serves was started with
     */
    record Status(int starting, int up, int draining, long turnsDone, long turnsFailed, long restarts,
            Optional<WorkerCredentials> inUse) {

        static final Status NONE = new Status(0, 0, 0, 0, 0, 0, Optional.empty());
    }

    private static final class Worker {
        private final int number;
        private final WorkerCredentials credentials;
        private Instant since;
        private boolean isUp;
        private boolean toldLate;
        private boolean isHopeless;

        Worker(int number, WorkerCredentials credentials, Instant since) {
            this.number = number;
            this.credentials = credentials;
            this.since = since;
        }
    }

    /** @param clock only differences of its times count */
    Supervisor(Workers workers, Pace pace, InstantSource clock, Consumer<String> says) {
        this.workers = workers;
        this.pace = pace;
        this.clock = clock;
        this.says = says;
    }

    /** These credentials are to be used from now on. */
    void given(WorkerCredentials credentials) {
        if (ending || wanted != null && wanted.isSameAs(credentials)) {
            return;
        }
        retryAt = Instant.MIN;
        if (wanted != null && !wanted.key().equals(credentials.key())) {
            says.accept("the key turned: " + wanted.key() + " -> " + credentials.key());
        } else if (wanted != null) {
            // while replicas with the old settings are replaced by some with new ones, answers go back and forth
            says.accept("LiveKit's URL or the agent's name changed; waiting whether it stays so");
            retryAt = clock.instant().plus(LONGEST_PAUSE);
        }
        wanted = credentials;
        startIfDue();
    }

    /** The server does not give any. That ends a start; a worker that runs is not touched. */
    void refused() {
        if (started == 0 && !ending) {
            end(FAILED);
        }
    }

    /** A worker's health answers, and has done so for a while. */
    void up(int number) {
        var before = serving;
        if (next != null && next.number == number) {
            serving = next;
            serving.since = clock.instant();
            next = null;
        }
        if (serving == null || serving.number != number) {
            return; // it drains already
        }
        says.accept("worker " + number + " is up");
        serving.isUp = true;
        if (before != null && before != serving) {
            turnsDone++;
            failures = 0;
            drain(before);
        }
        startIfDue();
    }

    /** A worker's process is gone. */
    void ended(int number, int exitStatus) {
        if (number == principal || !ending) {
            status = exitStatus;
        }
        if (draining.removeIf(worker -> worker.number == number)) {
            says.accept("worker " + number + " ended with status " + exitStatus);
        } else if (next != null && next.number == number) {
            next = null;
            failed("worker " + number + " ended with status " + exitStatus + " before it was up");
        } else if (serving != null && serving.number == number) {
            if (serving.isUp && serving.since.plus(LONGEST_PAUSE).isBefore(clock.instant())) {
                failures = 0; // it had worked
            }
            serving = null;
            failed("worker " + number + " ended unasked with status " + exitStatus);
        }
    }

    /**
     * Somebody wants exec to end.
     *
     * @param signal   with its number
     * @param passedOn whether the workers had it too, as with Ctrl-C at a terminal: a second one would cut their jobs
     */
    void told(String signal, int signalNumber, boolean passedOn) {
        if (told) {
            says.accept("ending at once: a second signal, " + signal);
            workers().forEach(worker -> workers.kill(worker.number));
            return;
        }
        told = true;
        if (ending) {
            says.accept("ending already; a second signal ends it at once");
            return;
        }
        var running = running().toList();
        says.accept("ending: " + signal + (running.isEmpty() ? "" : "; a second signal ends it at once"));
        end(128 + signalNumber);
        principal = running.isEmpty() ? 0 : running.get(running.size() - 1).number;
        serving = null;
        next = null;
        running.forEach(worker -> {
            if (passedOn) {
                draining(worker);
            } else {
                drain(worker);
            }
        });
    }

    /** Time has passed. */
    void due() {
        var now = clock.instant();
        for (var worker : draining) {
            if (!worker.toldLate && !now.isBefore(worker.since.plus(pace.drainLimit))) {
                worker.toldLate = true;
                says.accept("worker " + worker.number + " has not ended within "
                        + pace.drainLimit.toSeconds() + " s (keyturn.exec.drain-limit) and is killed");
                workers.kill(worker.number);
            }
        }
        if (next != null && !next.toldLate && !now.isBefore(next.since.plus(pace.startLimit))) {
            late();
        }
        startIfDue();
    }

    private void late() {
        next.toldLate = true;
        var sentence = "worker " + next.number + " is not up after " + pace.startLimit.toSeconds()
                + " s (keyturn.exec.start-limit)";
        if (serving == null) {
            says.accept(sentence + "; it is left running, for there is no other");
            serving = next; // so that it can be turned all the same
            next = null;
            return;
        }
        var hopeless = next;
        hopeless.isHopeless = true;
        next = null;
        failed(sentence + " and has to end first");
        drain(hopeless); // it may have taken jobs all the same
    }

    /** When {@link #due()} may have something to do; empty if time alone changes nothing. */
    Optional<Instant> dueAt() {
        var times = new ArrayList<Instant>();
        draining.stream().filter(worker -> !worker.toldLate)
                .forEach(worker -> times.add(worker.since.plus(pace.drainLimit)));
        if (next != null && !next.toldLate) {
            times.add(next.since.plus(pace.startLimit));
        }
        if (isStartWanted()) {
            times.add(retryAt);
        }
        return times.stream().min(Instant::compareTo);
    }

    /** exec's exit status, once all is over. */
    OptionalInt exitStatus() {
        return ending && workers().findAny().isEmpty() ? OptionalInt.of(status) : OptionalInt.empty();
    }

    Status status() {
        return new Status(next == null ? 0 : 1, serving == null || !serving.isUp ? 0 : 1, draining.size(),
                turnsDone, turnsFailed, restarts,
                Optional.ofNullable(serving != null ? serving : next).map(worker -> worker.credentials));
    }

    private Stream<Worker> workers() {
        return Stream.concat(running(), draining.stream());
    }

    /** Those that take jobs: the one that serves is the last. */
    private Stream<Worker> running() {
        return Stream.of(Optional.ofNullable(next), Optional.ofNullable(serving)).flatMap(Optional::stream);
    }

    private boolean isStartWanted() {
        return !ending && wanted != null && next == null
                && (serving == null || !serving.credentials.isSameAs(wanted) && !isOneHopeless());
    }

    /** One is beside the worker that serves until it has ended: more and more of them would take all the memory. */
    private boolean isOneHopeless() {
        return draining.stream().anyMatch(worker -> worker.isHopeless);
    }

    private void startIfDue() {
        if (!isStartWanted() || clock.instant().isBefore(retryAt)) {
            return;
        }
        var number = started + 1;
        try {
            workers.start(number, wanted);
            started = number;
            next = new Worker(number, wanted, clock.instant());
        } catch (Workers.NotStartedException e) {
            says.accept(e.getMessage());
            if (started == 0) {
                end(e.status);
            } else {
                failed("worker " + number + " could not be started");
            }
        }
    }

    /** A worker that was wanted is not there. */
    private void failed(String sentence) {
        if (ending) {
            says.accept(sentence);
            return;
        }
        if (serving != null) {
            turnsFailed++;
        } else if (next != null) {
            restarts++;
            says.accept(sentence + "; the next one is starting already");
            return;
        } else if (pace.restart) {
            restarts++;
        } else {
            says.accept(sentence);
            end(status);
            return;
        }
        var pause = Duration.ofSeconds(Math.min(1L << Math.min(failures++, 6), LONGEST_PAUSE.toSeconds()));
        retryAt = clock.instant().plus(pause);
        says.accept(sentence + "; the next starts in " + pause.toSeconds() + " s"
                + (serving == null ? "" : ", and worker " + serving.number + " goes on"));
    }

    private void drain(Worker worker) {
        says.accept("worker " + worker.number + " drains");
        workers.drain(worker.number);
        draining(worker);
    }

    private void draining(Worker worker) {
        worker.since = clock.instant();
        worker.toldLate = false;
        draining.add(worker);
    }

    private void end(int with) {
        ending = true;
        status = with;
    }
}
