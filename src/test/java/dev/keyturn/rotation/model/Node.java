package dev.keyturn.rotation.model;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.ApiSecret;
import dev.keyturn.rotation.model.FileText.Version;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** One LiveKit node: it accepts the keys of the file that it last started on, and nothing else. */
final class Node {

    /** How it is, apart from its keys. */
    enum Mode {
        FINE(true),
        /** Nothing listens. */
        DOWN(false),
        /** It takes connections and says nothing. */
        HANGS(false),
        /** Something before it answers everybody with 200, and its clients reach it none the less. */
        STRANGER(true),
        /** The same with 502 for whoever asks. */
        ERRORS(true),
        /** Whoever asks may reach another node, that has the newest file, once; see {@link Nodes}. */
        LIES(true);

        private final boolean serves;

        Mode(boolean serves) {
            this.serves = serves;
        }
    }

    final String name;
    private Map<ApiKey, ApiSecret> keys = Map.of();
    private Map<ApiKey, ApiSecret> before = Map.of();
    private final Set<ApiKey> excused = new HashSet<>();
    private boolean started;
    private Mode mode = Mode.FINE;
    private Instant modeUntil = Instant.MIN;
    Instant lateUntil = Instant.MIN;
    Instant lied = Instant.MIN;

    Node(String name) {
        this.name = name;
    }

    Mode mode(Instant now) {
        return now.isBefore(modeUntil) ? mode : Mode.FINE;
    }

    void becomes(Mode mode, Instant until) {
        this.mode = mode;
        this.modeUntil = until;
    }

    boolean serves(Instant now) {
        return started && mode(now).serves;
    }

    Map<ApiKey, ApiSecret> keys() {
        return keys;
    }

    /** What it accepted, and does not because of what others than the rotator did to it. */
    boolean isExcused(ApiKey key) {
        return excused.contains(key);
    }

    /**
     * Starts on this file, if LiveKit would.
     *
     * @param lastOfOurs what a node should have by what Keyturn delivered: the excuse of a new one on an edited file
     */
    void start(Version file, Set<ApiKey> lastOfOurs) {
        if (file.keys().isEmpty()) {
            started = false;
            return;
        }
        var had = new HashSet<>(before.isEmpty() && keys.isEmpty() ? lastOfOurs : keys.keySet());
        take(file.keys().get());
        if (file.byHand()) {
            excused.addAll(had);
            excused.removeAll(keys.keySet());
        } else {
            excused.clear();
        }
    }

    /** Comes back with the file of its start before this one, as a machine put back from a backup does. */
    void goBack() {
        if (!before.isEmpty()) {
            var had = Set.copyOf(keys.keySet());
            take(before);
            excused.addAll(had);
            excused.removeAll(keys.keySet());
        }
    }

    private void take(Map<ApiKey, ApiSecret> next) {
        if (!next.equals(keys)) {
            before = keys;
        }
        keys = next;
        started = true;
    }
}
