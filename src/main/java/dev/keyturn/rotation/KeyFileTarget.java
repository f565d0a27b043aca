package dev.keyturn.rotation;

/**
 * Where LiveKit's key file is delivered, and what makes LiveKit read it: LiveKit reads its keys only at its start.
 *
 * <p>Nothing that this does is believed to have reached LiveKit: the nodes are asked.
 */
public interface KeyFileTarget {

    /**
     * Looks at what is there; may wait for a disk or a network, but not longer than the target's own time limit.
     *
     * @throws DeliveryException if it cannot be looked at, or is a file of somebody else's ({@code FOREIGN})
     */
    Delivered read() throws DeliveryException;

    /**
     * Puts {@code file} in place of {@code replaced}, by compare-and-set on its revision, and has LiveKit restarted as
     * this target does. A crash in between is seen by {@link #read()} as {@link Delivered.Restart#DUE}.
     *
     * @throws DeliveryConflictException if something else is there by now; nothing was written
     * @throws DeliveryException         if it failed; the file may be there, and LiveKit may have been restarted
     */
    void deliver(KeyFile file, Delivered replaced) throws DeliveryException;

    /**
     * Has LiveKit restarted on what was delivered, when a crash or a failure kept that from being done.
     *
     * @param delivered what {@link #read()} gave
     * @throws DeliveryConflictException if something else is there by now; nothing was done
     * @throws DeliveryException         if it failed
     */
    void restart(Delivered delivered) throws DeliveryException;

    /**
     * Makes unreadable what the target keeps of earlier files, which still hold dropped keys. Safe to repeat.
     *
     * @param current what {@link #read()} gave, which may be no file; it stays
     * @return how many were destroyed; 0 for a target that keeps none
     * @throws DeliveryException if it failed; some may be destroyed
     */
    default int destroyEarlier(Delivered current) throws DeliveryException {
        return 0;
    }

    /** Where that is, for people: {@code file /etc/livekit/keys.yaml}; holds no secret. */
    String describe();
}
