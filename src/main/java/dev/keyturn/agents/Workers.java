package dev.keyturn.agents;

/** Where workers are processes: the {@link Supervisor}'s hands. */
interface Workers {

    /** @param number counts from 1 */
    void start(int number, WorkerCredentials credentials) throws NotStartedException;

    /** Asks it to finish its jobs and end. */
    void drain(int number);

    /** Ends it and all that it started, at once. */
    void kill(int number);

    /** The command cannot be run. */
    final class NotStartedException extends Exception {

        final int status;

        /** @param status exec ends with it if this was the first: 127 if there is no such program, else 126 */
        NotStartedException(String sentence, int status) {
            super(sentence);
            this.status = status;
        }
    }
}
