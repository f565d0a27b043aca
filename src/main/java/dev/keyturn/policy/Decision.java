package dev.keyturn.policy;

import java.util.Optional;

/** What the policy says to a caller who asks for a token, or for the credentials of an agent. */
public sealed interface Decision {

    /**
     * Yes, with this token.
     *
     * @param rule the name of the rule that decided
     * @param rate how often one subject may have a token by this rule
     */
    record Granted(String rule, Grant grant, Optional<Rate> rate) implements Decision {}

    /**
     * Yes, with the API key pair itself.
     *
     * @param rule      the name of the rule that decided
     * @param agentName what the worker registers under; empty if the rule does not say
     */
    record Credentials(String rule, Optional<String> agentName) implements Decision {}

    /**
     * No.
     *
     * @param rule   the name of the rule that decided; empty if none matched
     * @param reason why, for a metric
     * @param field  the field of the body that was the matter, in the endpoint's own (snake_case) words; empty if none
     * @param detail why, in a sentence for the developer of the frontend; says nothing of what others may do
     */
    record Refused(Optional<String> rule, Reason reason, Optional<String> field, String detail) implements Decision {}

    /** Why a request was refused. */
    enum Reason {
        /** No rule is for this caller. */
        NO_RULE,
        /** A rule is for this caller, but not for the room that was asked for. */
        ROOM,
        /** The identity that was asked for is not the caller's. */
        IDENTITY,
        /** A field was set that the rule does not let the caller set, or to more than it allows. */
        FIELD,
        /** An agent was asked for that the rule does not let the caller dispatch. */
        AGENT,
        /** The rule builds a room or an identity from a claim that is missing or has an unfit value. */
        CLAIM,
        /** Room, identity, name, metadata or attributes are longer than LiveKit takes. */
        TOO_LONG
    }
}
