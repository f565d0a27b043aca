package dev.keyturn.rotation;

import java.time.Instant;
import java.util.Optional;

/**
 * What a {@link KeyFileTarget} holds.
 *
 * @param file     the key file; empty where there is none
 * @param revision the target's own mark of that state, compared when it is replaced; empty where there never was one
 * @param written  when that was written, by the target's own clock; {@link Instant#EPOCH} where there is no file
 * @param restart  whether LiveKit was restarted on it
 * @param progress a sentence about that restart, for people: {@code 2 of 3 pods run with it}; may be empty
 */
public record Delivered(
        Optional<KeyFile> file, String revision, Instant written, Restart restart, String progress) {

    /** No file yet. */
    public static final Delivered NOTHING = new Delivered(Optional.empty(), "", Instant.EPOCH, Restart.DONE, "");

    /** How far the restart is, as far as the target can tell. What LiveKit accepts, only its nodes can. */
    public enum Restart {
        /** It was never begun, or failed: {@link KeyFileTarget#restart} has to. */
        DUE,
        /** It goes on by itself. */
        UNDER_WAY,
        /** It is over, or is somebody else's business. */
        DONE
    }
}
