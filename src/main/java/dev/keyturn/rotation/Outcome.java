package dev.keyturn.rotation;

import java.time.Instant;
import java.util.Optional;

/**
 * What one run came to.
 *
 * @param kind     in a word
 * @param step     which step it was about; {@link Step#NONE} if there was none
 * @param sentence for people; holds no secret
 * @param at       NOTHING and HOLDING: when the next step is due; WAITING and BLOCKED: since when it waits
 */
public record Outcome(Kind kind, Step step, String sentence, Optional<Instant> at) {

    /** What a run came to. */
    public enum Kind {
        /** One step was taken. */
        DONE,
        /** Nothing is to be done before the active key is old enough. */
        NOTHING,
        /** A retired key is held while its tokens live; nothing is to be done before that is over. */
        HOLDING,
        /** A dry run: this would be done. */
        PLANNED,
        /** Someone else took a step first; run again. */
        OVERTAKEN,
        /** A step is under way, and time will tell. */
        WAITING,
        /** A step waits longer than it should, or for something that no time mends. */
        BLOCKED,
        /** It could not be found out what is due, or could not be done. */
        FAILED
    }

    /** The steps of a turn, and those beside it. */
    public enum Step { NONE, STAGE, DELIVER, RESTART, PROMOTE, DROP, ABORT, MARK, DESTROY }

    /** One without a moment. */
    public static Outcome of(Kind kind, Step step, String sentence) {
        return new Outcome(kind, step, sentence, Optional.empty());
    }

    static Outcome failed(String sentence) {
        return of(Kind.FAILED, Step.NONE, sentence);
    }
}
