package dev.keyturn.doctor;

import java.util.List;

/**
 * Looks at one subject and changes nothing.
 *
 * <p>It may wait for a network, but not for ever: {@link Examination} gives it up after a while.
 */
public interface Checkup {

    /** What it looks at, for people: {@code metrics}. */
    String subject();

    /** What it found, in a stable order. Whatever goes wrong is a finding too. */
    List<Finding> look() throws InterruptedException;
}
