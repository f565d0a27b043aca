package dev.keyturn.rotation;

import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyState;
import dev.keyturn.keys.SigningKey;
import java.time.Instant;
import java.util.Comparator;

/**
 * Where a turn is by the ring and the clock alone, as a serving replica sees it: it asks no node and looks at no file,
 * and notices that nobody rotates.
 *
 * @param phase what the ring is in
 * @param due   when the next step is, or was, due; the one after a key was staged at once
 * @param late  when somebody has to look why it was not taken
 */
record RotationCalendar(Phase phase, Instant due, Instant late) {

    /** What a ring is in. */
    enum Phase {
        /** One key. */
        RESTING,
        /** A key is on its way to LiveKit. */
        STAGED,
        /** A key waits for its last token to expire, or to be refused by every node. */
        RETIRING
    }

    static RotationCalendar of(KeyRing ring, RotationSettings settings) {
        var staged = ring.in(KeyState.STAGED);
        if (!staged.isEmpty()) {
            var since = staged.get(0).since();
            return new RotationCalendar(Phase.STAGED, since, since.plus(settings.lateAfter()));
        }
        var retiring = ring.in(KeyState.RETIRING).stream().min(Comparator.comparing(SigningKey::since));
        if (retiring.isPresent()) {
            var due = retiring.get().since().plus(settings.hold());
            var slack = settings.lateAfter().multipliedBy(2).plus(settings.reorderWait()); // withdrawn, then dropped
            return new RotationCalendar(Phase.RETIRING, due, due.plus(slack));
        }
        var due = ring.active().since().plus(settings.period());
        return new RotationCalendar(Phase.RESTING, due, due.plus(settings.lateAfter()));
    }
}
