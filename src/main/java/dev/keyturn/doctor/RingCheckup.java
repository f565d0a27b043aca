package dev.keyturn.doctor;

import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingStore.Stored;
import dev.keyturn.keys.KeyState;
import dev.keyturn.keys.SigningKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The key ring in its store: how old its key is, and whether one of them has to go. */
public final class RingCheckup implements Checkup {

    private final String where;
    private final Stored stored;
    private final Duration period;
    private final Duration lateAfter;
    private final Instant now;

    /**
     * @param where     for people
     * @param period    how old a key gets before it is turned
     * @param lateAfter how much later than that is late
     */
    public RingCheckup(String where, Stored stored, Duration period, Duration lateAfter, Instant now) {
        this.where = where;
        this.stored = stored;
        this.period = period;
        this.lateAfter = lateAfter;
        this.now = now;
    }

    @Override
    public String subject() {
        return "ring";
    }

    @Override
    public List<Finding> look() {
        return List.of(judge(where, stored.ring(), period, lateAfter, now));
    }

    static Finding judge(String where, KeyRing ring, Duration period, Duration lateAfter, Instant now) {
        var active = ring.active();
        var age = Duration.between(active.since(), now);
        var found = "version " + ring.version() + " in " + where + ": " + active.key() + " signs"
                + (age.isNegative() ? "" : " for " + Words.span(age)) + others(ring);
        var known = ring.keys().stream().filter(SigningKey::compromised).map(SigningKey::key).toList();
        if (!known.isEmpty()) {
            return Finding.fault("ring", found + "; others may know " + Words.all(known),
                    "Run 'keyturn rotate --wait' until it is gone (docs/runbook.md).");
        }
        return age.compareTo(period.plus(lateAfter)) > 0
                ? Finding.warning("ring", found, "It should have been replaced by now (keyturn.rotation.period): see that"
                        + " something runs 'keyturn rotate', and what 'keyturn status' says.")
                : Finding.ok("ring", found);
    }

    private static String others(KeyRing ring) {
        var words = new ArrayList<String>();
        for (var state : List.of(KeyState.STAGED, KeyState.RETIRING)) {
            var keys = ring.in(state).size();
            if (keys > 0) {
                words.add(keys + " " + state.name().toLowerCase(Locale.ROOT));
            }
        }
        return words.isEmpty() ? "" : ", " + Words.all(words);
    }
}
