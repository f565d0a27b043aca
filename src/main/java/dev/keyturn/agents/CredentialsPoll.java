package dev.keyturn.agents;

import dev.keyturn.agents.CredentialsClient.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Asks for credentials, again and again: each answer is held back by the server until the key turns, and what the
 * worker in use was started with is what is shown to it. Nothing that goes wrong here touches a worker.
 */
final class CredentialsPoll implements Runnable {

    /** The metric's label, in lower case. */
    enum Outcome { CREDENTIALS, UNCHANGED, REFUSED, UNAVAILABLE, BACKWARDS }

    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /** Between questions while a new worker starts, and where the server has too many who wait. */
    private static final Duration PAUSE = Duration.ofSeconds(15);

    /** Whatever the server, or what stands before it, says: no agent asks more often than this. */
    private static final Duration LEAST = Duration.ofMillis(200);

    private final CredentialsClient client;
    private final Supplier<Optional<WorkerCredentials>> inUse;
    private final Consumer<Consumer<Supervisor>> events;
    private final Consumer<String> says;
    private final AtomicLongArray counts = new AtomicLongArray(Outcome.values().length);
    private volatile Instant expiresAt;
    private WorkerCredentials newest;
    private String told = "";
    private int failures;

    /** @param inUse what the worker that serves was started with */
    CredentialsPoll(CredentialsClient client, Supplier<Optional<WorkerCredentials>> inUse,
            Consumer<Consumer<Supervisor>> events, Consumer<String> says) {
        this.client = client;
        this.inUse = inUse;
        this.events = events;
        this.says = says;
    }

    @Override
    public void run() {
        try {
            while (true) {
                var mayWait = told.isEmpty(); // else it is to be known soon that all is well again
                var shown = inUse.get();
                pause(take(ask(shown, mayWait), shown, mayWait), shown);
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whatever goes wrong: without this thread no turn would ever be known. */
    private Answer ask(Optional<WorkerCredentials> shown, boolean mayWait) throws InterruptedException {
        try {
            return client.ask(shown, mayWait);
        } catch (RuntimeException | Error e) { // its message may quote the answer
            return new Answer.Unavailable("credentials could not be asked for (" + e.getClass().getSimpleName() + ")");
        }
    }

    /** What comes into use is shown to the server at once, which then holds its answers back. */
    private void pause(Duration longest, Optional<WorkerCredentials> shown) throws InterruptedException {
        var until = System.nanoTime() + longest.toNanos();
        do {
            Thread.sleep(LEAST.toMillis()); // nobody is to be asked more often, whatever comes into use
        } while (System.nanoTime() < until && inUse.get().equals(shown));
    }

    /** @return how long to wait before the next question */
    private Duration take(Answer answer, Optional<WorkerCredentials> shown, boolean mayWait) {
        if (answer instanceof Answer.Given given) {
            return given(given, shown);
        }
        if (answer instanceof Answer.Unchanged unchanged) {
            counted(Outcome.UNCHANGED);
            unchanged.expiresAt().ifPresent(until -> expiresAt = until);
            wellAgain();
            return unchanged.applied() || !mayWait ? LEAST : spread(PAUSE);
        }
        if (answer instanceof Answer.Refused refused) {
            counted(Outcome.REFUSED);
            say(refused.sentence());
            events.accept(Supervisor::refused);
            return mayWait ? SHORTEST_PAUSE : spread(LONGEST_PAUSE); // the bearer may have expired while it waited
        }
        counted(Outcome.UNAVAILABLE);
        say(((Answer.Unavailable) answer).sentence()
                + (newest == null ? "; trying again" : "; the agent goes on with " + newest.key()));
        var pause = SHORTEST_PAUSE.multipliedBy(1L << Math.min(failures++, 6));
        return spread(pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause);
    }

    private Duration given(Answer.Given given, Optional<WorkerCredentials> shown) {
        if (newest != null && given.credentials().version() < newest.version()) {
            counted(Outcome.BACKWARDS);
            say("the server answers with " + given.credentials().key() + " of an older ring (version "
                    + given.credentials().version() + ", after " + newest.version() + "); passed over");
            return spread(PAUSE);
        }
        counted(Outcome.CREDENTIALS);
        wellAgain();
        newest = given.credentials();
        if (shown.isEmpty() || shown.get().isSameAs(newest)) { // else it is not in use yet, and may never be
            expiresAt = given.expiresAt();
        }
        events.accept(supervisor -> supervisor.given(given.credentials()));
        return spread(PAUSE);
    }

    private void wellAgain() {
        failures = 0;
        if (!told.isEmpty()) {
            says.accept("credentials are to be had again");
            told = "";
        }
    }

    /** Once for each trouble: a server that is down for hours does not fill the log. */
    private void say(String sentence) {
        if (!sentence.equals(told)) {
            says.accept(sentence);
            told = sentence;
        }
    }

    /** A fifth shorter or longer, so that many agents do not ask at once. */
    private static Duration spread(Duration pause) {
        return Duration.ofMillis((long) (pause.toMillis() * (0.8 + ThreadLocalRandom.current().nextDouble(0.4))));
    }

    private void counted(Outcome outcome) {
        counts.incrementAndGet(outcome.ordinal());
    }

    /** How many answers came to this. */
    long count(Outcome outcome) {
        return counts.get(outcome.ordinal());
    }

    /** Until when the key in use is accepted at least; empty before the first answer. */
    Optional<Instant> expiresAt() {
        return Optional.ofNullable(expiresAt);
    }
}
