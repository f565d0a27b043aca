package dev.keyturn.doctor;

/** What is to be thought of an item. */
public enum Verdict {
    /** As it should be. */
    OK,
    /** It works, and will not for long, or is less safe than it should be. */
    WARNING,
    /** Something does not work, or is open that should be closed. */
    FAULT,
    /** It cannot be seen from here; the advice says what to give, or where to look from. */
    UNSEEN
}
