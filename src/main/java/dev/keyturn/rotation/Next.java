package dev.keyturn.rotation;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.rotation.Outcome.Step;
import dev.keyturn.rotation.Proof.Question;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What the plan says is next: one step, a question to the nodes, or a reason to do nothing. */
sealed interface Next {

    /** One step, in words for people. */
    sealed interface Act extends Next {

        Step step();

        /** As in "would …". */
        String toDo();
    }

    /** Make a new key, known to the ring and to nobody else. */
    record Stage(String why) implements Act {

        @Override
        public Step step() {
            return Step.STAGE;
        }

        @Override
        public String toDo() {
            return "stage a new key: " + why;
        }
    }

    /** Put this key file in place and have LiveKit restarted. */
    record Deliver(KeyFile file, String why) implements Act {

        @Override
        public Step step() {
            return Step.DELIVER;
        }

        @Override
        public String toDo() {
            return "deliver the key file " + file.pairs().keySet() + " and have LiveKit restarted: " + why;
        }
    }

    /** Have LiveKit restarted on the file that is in place. */
    record Restart(String why) implements Act {

        @Override
        public Step step() {
            return Step.RESTART;
        }

        @Override
        public String toDo() {
            return "have LiveKit restarted: " + why;
        }
    }

    /** Let the staged key sign. */
    record Promote(ApiKey key) implements Act {

        @Override
        public Step step() {
            return Step.PROMOTE;
        }

        @Override
        public String toDo() {
            return "promote key " + key + ", which every node accepts: it signs, and the one before retires";
        }
    }

    /** Take these keys out of the ring. */
    record Drop(List<ApiKey> keys, String why) implements Act {

        @Override
        public Step step() {
            return Step.DROP;
        }

        @Override
        public String toDo() {
            return "drop " + keys + " from the ring: " + why;
        }
    }

    /** The nodes have to be asked before anything else can be said. */
    record Ask(Question question) implements Next {}

    /**
     * A step is under way and not over.
     *
     * @param what  it waits for
     * @param since when it began to wait
     * @param late  whether it waits longer than it should, or for something that no time mends
     */
    record Wait(String what, Instant since, boolean late) implements Next {}

    /** Nothing is to be done before {@code due}; empty if it is not known when. */
    record Rest(String then, Optional<Instant> due) implements Next {}
}
