package dev.keyturn.doctor;

import java.util.Objects;

/**
 * One line of the doctor's table. None of it holds a secret, and what a stranger said is in it only as {@link
 * Words#printable}.
 *
 * @param item    what was looked at: {@code node 10.0.0.7:7880: keys}
 * @param found   what was seen there
 * @param verdict what to think of it
 * @param advice  what to do, one or two sentences that name the setting; empty if nothing
 */
public record Finding(String item, String found, Verdict verdict, String advice) {

    public Finding {
        Objects.requireNonNull(item, "item");
        Objects.requireNonNull(found, "found");
        Objects.requireNonNull(verdict, "verdict");
        Objects.requireNonNull(advice, "advice");
        if (verdict != Verdict.OK && advice.isBlank()) {
            throw new IllegalArgumentException(item + " says nothing of what to do");
        }
    }

    public static Finding ok(String item, String found) {
        return new Finding(item, found, Verdict.OK, "");
    }

    public static Finding warning(String item, String found, String advice) {
        return new Finding(item, found, Verdict.WARNING, advice);
    }

    public static Finding fault(String item, String found, String advice) {
        return new Finding(item, found, Verdict.FAULT, advice);
    }

    public static Finding unseen(String item, String found, String advice) {
        return new Finding(item, found, Verdict.UNSEEN, advice);
    }
}
