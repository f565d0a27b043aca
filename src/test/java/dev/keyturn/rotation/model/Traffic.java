package dev.keyturn.rotation.model;

/** Told of every call of a port, before and after its effect: there a process may sleep, crash, or lose the answer. */
public interface Traffic {

    /** Nothing happens on the way. */
    Traffic CALM = new Traffic() {};

    /** What is called. */
    enum Call { RING_READ, RING_WRITE, RING_DESTROY, FILE_READ, FILE_WRITE, FILE_RESTART, FILE_DESTROY, ASK }

    /** @throws Trouble if the call fails and does nothing */
    default void before(Call call) throws Trouble {}

    /** @throws Trouble if the answer is lost: what was asked is done */
    default void after(Call call) throws Trouble {}

    /** A call fails. */
    final class Trouble extends Exception {}

    /** The process ends at once, wherever it is. */
    final class Crash extends Error {}
}
