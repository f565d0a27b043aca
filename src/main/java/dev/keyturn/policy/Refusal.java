package dev.keyturn.policy;

import java.util.Optional;

/** Ends a decision from within a rule. Has no stack trace: a refusal is an answer, and costs no more than one. */
final class Refusal extends RuntimeException {

    private final transient Decision.Reason reason;
    private final String field;

    /** @param field of the body; empty if none */
    Refusal(Decision.Reason reason, String field, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
        this.field = field;
    }

    Decision.Refused by(String rule) {
        return new Decision.Refused(
                Optional.of(rule), reason, field.isEmpty() ? Optional.empty() : Optional.of(field), getMessage());
    }
}
