package dev.keyturn;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.file.PrivateFile;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.rotation.Intent;
import dev.keyturn.rotation.Outcome;
import dev.keyturn.rotation.Outcome.Kind;
import dev.keyturn.rotation.Outcome.Step;
import dev.keyturn.rotation.Rotator;
import dev.keyturn.rotation.Sessions;
import jakarta.enterprise.inject.Instance;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code keyturn rotate}: one step of a turn of the keys, or, with {@code --wait}, all of it. */
@Command(
        name = "rotate",
        description = "Take the step of the rotation that is due, at most one, and end.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "A CronJob or a timer runs it every few minutes: it stages a key when the active one is old enough,",
            "delivers it to LiveKit, promotes it once every node proved twice that it accepts it, and takes",
            "the old one away when its last token has expired. Safe to kill, to run again, and to run twice",
            "at once.",
            "",
            "Examples:",
            "  keyturn rotate                          what is due",
            "  keyturn rotate --dry-run                say it, and change nothing",
            "  keyturn rotate --now --wait             turn the keys now and look on; Ctrl-C harms nothing",
            "  keyturn rotate --now --wait=10m         the same, for ten minutes at most",
            "  keyturn rotate --compromised APIabc --wait    others may know its secret: away with it",
            "  keyturn rotate --key-file keys.yaml     where you deliver LiveKit's key file yourself",
            "  keyturn rotate --abort                  give up a staged key that does not arrive",
            "",
            "Exit codes: 0 a step was taken or none is due, 1 failed, 2 called wrongly,",
            "            3 waiting: a step is under way,",
            "            4 blocked: somebody has to look, and the last line says at what."
        })
class RotateCommand implements Callable<Integer> {

    static final int WAITING = 3;
    static final int BLOCKED = 4;

    private static final Duration POLL = Duration.ofSeconds(2);
    private static final int SHORTEST_PAUSE_MILLIS = 100;
    private static final int FAILURES = 3;
    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(names = "--now", description = "Begin a turn though the active key is not old enough.")
    boolean now;

    @Option(names = "--wait", arity = "0..1", paramLabel = "TIME", fallbackValue = "forever",
            description = "Go on, step by step, until the turn is over (or for TIME: 90s, 10m, 2h).")
    String wait;

    @Option(names = "--dry-run", description = "Say what would be done, and change nothing. The nodes are asked.")
    boolean dryRun;

    @Option(names = "--abort", description = "Give up the staged key. It has signed nothing.")
    boolean abort;

    @Option(names = "--compromised", paramLabel = "KEY",
            description = "Others may know this key's secret: replace and withdraw it as fast as proof allows.")
    String compromised;

    @Option(names = "--key-file", paramLabel = "FILE",
            description = "Also write the key file that LiveKit should have now, mode 0600, where you deliver it"
                    + " yourself (keyturn.rotation.target is not set).")
    Path keyFile;

    @Option(names = "--json", description = "Print JSON, one object a line.")
    boolean json;

    @Spec
    CommandSpec spec;

    private final Instance<Rotator> rotator;
    private final Instance<KeyRingStore> store;
    private final Instance<Sessions> sessions;
    private final Clock clock;

    RotateCommand(Instance<Rotator> rotator, Instance<KeyRingStore> store, Instance<Sessions> sessions, Clock clock) {
        this.rotator = rotator;
        this.store = store;
        this.sessions = sessions;
        this.clock = clock;
    }

    @Override
    public Integer call() throws InterruptedException, KeyRingStoreException, IOException {
        if (abort && (now || compromised != null || wait != null)) {
            throw new ParameterException(spec.commandLine(), "--abort goes with --dry-run and --json alone");
        }
        var until = wait == null ? clock.instant() : until();
        var intent = new Intent(now, abort, Optional.ofNullable(compromised).map(ApiKey::new), dryRun);
        var outcome = wait == null || dryRun ? once(intent) : repeatedly(intent, until);
        if (keyFile != null) {
            PrivateFile.createParent(keyFile.toAbsolutePath());
            PrivateFile.replace(keyFile.toAbsolutePath(), rotator.get().keyFile().text());
        }
        return exitCode(outcome);
    }

    private Outcome once(Intent intent) throws InterruptedException {
        var outcome = rotator.get().run(intent, this::progress);
        say(outcome);
        sayWhoMayLose(intent, outcome);
        return outcome;
    }

    /**
     * Until the turn is over, or somebody has to look, or the time is up. {@code --now} is about the key that signs
     * when this begins: once another does, whoever did that, it is done.
     */
    private Outcome repeatedly(Intent intent, Instant until) throws InterruptedException, KeyRingStoreException {
        var replaced = intent.now() ? StoredRing.require(store.get()).active().key() : null;
        var next = intent;
        var failures = 0;
        Outcome told = null;
        while (true) {
            var outcome = rotator.get().run(next, this::progress);
            if (told == null || !outcome.sentence().equals(told.sentence()) || outcome.kind() != told.kind()) {
                say(outcome);
                told = outcome;
            }
            sayWhoMayLose(next, outcome);
            failures = outcome.kind() == Kind.FAILED ? failures + 1 : 0;
            if (outcome.kind() != Kind.FAILED && outcome.kind() != Kind.OVERTAKEN) {
                next = new Intent(next.now(), false, Optional.empty(), false); // the ring knows by now who is found out
            }
            if (next.now() && (outcome.step() == Step.STAGE
                    || !StoredRing.require(store.get()).active().key().equals(replaced))) {
                next = new Intent(false, false, next.compromised(), false);
            }
            var goesOn = switch (outcome.kind()) {
                case DONE, OVERTAKEN, WAITING, HOLDING -> true;
                case NOTHING, PLANNED, BLOCKED -> false;
                case FAILED -> failures < FAILURES;
            };
            if (!goesOn || !clock.instant().isBefore(until)) {
                return outcome;
            }
            if (outcome.kind() != Kind.DONE && outcome.kind() != Kind.OVERTAKEN) {
                pause(outcome, until);
            }
        }
    }

    private void pause(Outcome outcome, Instant until) throws InterruptedException {
        var due = outcome.kind() == Kind.HOLDING ? outcome.at().filter(until::isAfter).orElse(until) : until;
        var left = Duration.between(clock.instant(), due);
        // nothing tells when a node was restarted: it is asked; and what is due this very moment is not asked in a spin
        Thread.sleep(left.compareTo(POLL) < 0 ? Math.max(SHORTEST_PAUSE_MILLIS, left.toMillis()) : POLL.toMillis());
    }

    private Instant until() {
        return wait.equals("forever") ? Instant.MAX : clock.instant().plus(Times.parse(spec, "--wait", wait));
    }

    /**
     * LiveKit goes on with those who are in a room; whoever has to reconnect needs a token of another key. Said when the
     * mark is in the ring and not sooner: a LiveKit that is slow to answer must not hold up the turn.
     */
    private void sayWhoMayLose(Intent intent, Outcome outcome) {
        if (json || intent.compromised().isEmpty()
                || outcome.kind() == Kind.FAILED || outcome.kind() == Kind.OVERTAKEN) {
            return;
        }
        progress("Sessions that may end, because whoever has to reconnect needs a new token:");
        try {
            var active = StoredRing.require(store.get()).active();
            sessions.get().list(active).forEach(line -> progress("  " + line));
        } catch (KeyRingStoreException | CommandFailedException e) { // the turn goes on without this
            progress("  not known: " + e.getMessage());
        }
    }

    private void progress(String sentence) {
        if (!json) {
            spec.commandLine().getOut().println(stamp() + sentence);
            spec.commandLine().getOut().flush();
        }
    }

    private void say(Outcome outcome) {
        if (!json) {
            progress(switch (outcome.kind()) {
                case WAITING -> "Waiting since " + at(outcome) + ": " + outcome.sentence();
                case BLOCKED -> "Blocked since " + at(outcome) + ": " + outcome.sentence();
                case NOTHING, HOLDING -> outcome.sentence() + outcome.at().map(due -> ", " + Times.when(due,
                        clock.instant())).orElse("");
                case OVERTAKEN -> "Someone else took a step first: " + outcome.sentence();
                case FAILED -> "Failed: " + outcome.sentence();
                case DONE, PLANNED -> outcome.sentence();
            });
            return;
        }
        var fields = new LinkedHashMap<String, String>();
        fields.put("time", clock.instant().toString());
        fields.put("outcome", outcome.kind().name().toLowerCase(Locale.ROOT));
        fields.put("step", outcome.step().name().toLowerCase(Locale.ROOT));
        fields.put("message", outcome.sentence());
        outcome.at().ifPresent(at -> fields.put(
                outcome.kind() == Kind.NOTHING || outcome.kind() == Kind.HOLDING ? "due" : "since", at.toString()));
        try {
            spec.commandLine().getOut().println(JSON.writeValueAsString(fields));
            spec.commandLine().getOut().flush();
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private String at(Outcome outcome) {
        return outcome.at().map(since -> Times.when(since, clock.instant())).orElse("now");
    }

    private String stamp() {
        return wait == null ? "" : Times.ofDay(clock.instant()) + "  ";
    }

    static int exitCode(Outcome outcome) {
        return switch (outcome.kind()) {
            case DONE, NOTHING, HOLDING, PLANNED, OVERTAKEN -> 0;
            case WAITING -> WAITING;
            case BLOCKED -> BLOCKED;
            case FAILED -> 1;
        };
    }
}
