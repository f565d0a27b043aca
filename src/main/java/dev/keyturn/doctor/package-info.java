/**
 * A look at a running deployment from outside, as {@code keyturn doctor} takes it, also at a LiveKit that has never seen
 * Keyturn.
 *
 * <p>A {@link dev.keyturn.doctor.Checkup} looks at one subject and gives {@link dev.keyturn.doctor.Finding}s; an {@link
 * dev.keyturn.doctor.Examination} takes all of them side by side, each in its time. Nothing is changed, no room is
 * opened, and what cannot be seen from where it stands says so.
 *
 * <p>Whoever is asked may be a stranger, or be set up wrongly: a connection looks at certificates without believing them
 * ({@link dev.keyturn.doctor.Connection}), sends no more than tokens that open nothing, and what comes back is bounded
 * in time and size and shown only in small printable pieces.
 */
package dev.keyturn.doctor;
