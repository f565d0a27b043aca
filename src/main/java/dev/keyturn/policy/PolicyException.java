package dev.keyturn.policy;

import java.util.List;

/** A policy file that cannot be used. The message has a line for each problem: {@code file:line: sentence}. */
public final class PolicyException extends RuntimeException {

    private final transient List<String> problems;

    PolicyException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** All that is wrong, in the order of the file. */
    public List<String> problems() {
        return problems;
    }
}
