package dev.keyturn.development;

import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.LiveRing;
import dev.keyturn.rotation.Outcome;
import dev.keyturn.rotation.Status;
import dev.keyturn.rotation.StatusReader;
import dev.keyturn.rotation.Verdict;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How things stand, as {@code keyturn status} sees it, for pages that ask every second. It is looked at as often only
 * while something happens: a look asks LiveKit with an unknown key too, which LiveKit writes into its log.
 */
@Singleton
@IfBuildProfile("dev")
class StatusWatch {

    private static final Duration WHILE_TURNING = Duration.ofSeconds(1);
    private static final Duration AT_REST = Duration.ofSeconds(15);
    private static final Duration SOON = Duration.ofMinutes(1);

    private final StatusReader reader;
    private final LiveRing live;
    private final Clock clock;
    private Instant looked = Instant.MIN;
    private Optional<Status> seen = Optional.empty();
    private String problem = "";

    StatusWatch(StatusReader reader, LiveRing live, Clock clock) {
        this.reader = reader;
        this.live = live;
        this.clock = clock;
    }

    /** Waits for nodes and store if it is time to look again; empty if there is no ring to look at. */
    synchronized Optional<Status> status() {
        var age = looked.equals(Instant.MIN) ? AT_REST : Duration.between(looked, clock.instant());
        if (age.compareTo(isAtRest() ? AT_REST : WHILE_TURNING) >= 0) {
            try {
                seen = Optional.of(reader.read());
                problem = "";
            } catch (KeyRingStoreException e) {
                seen = Optional.empty();
                problem = e.getMessage();
            }
            looked = clock.instant();
        }
        return seen;
    }

    /** Why there is no status; empty if there is one. */
    synchronized String problem() {
        return problem;
    }

    private boolean isAtRest() {
        return seen.filter(status -> (status.ring().keys().size() == 1 || isHeldForLong(status.next()))
                && isAnswered(status)
                && live.ring().map(KeyRing::version).equals(Optional.of(status.ring().version()))).isPresent();
    }

    private boolean isHeldForLong(Outcome next) {
        return next.kind() == Outcome.Kind.HOLDING
                && next.at().filter(due -> due.isAfter(clock.instant().plus(SOON))).isPresent();
    }

    /** Whether a LiveKit answers at all. */
    static boolean isAnswered(Status status) {
        return status.nodes().stream()
                .anyMatch(node -> node.verdict(status.ring().active().key()) != Verdict.UNKNOWN);
    }

    /** Whether one accepts the key that signs. */
    static boolean isAccepted(Status status) {
        return status.nodes().stream()
                .anyMatch(node -> node.verdict(status.ring().active().key()) == Verdict.ACCEPTS);
    }
}
