package dev.keyturn.policy;

import java.util.Optional;

/**
 * A rule that gives the API key pair itself, to run an agent's worker.
 *
 * @param agentName what the worker registers under; empty if the rule does not say
 */
record CredentialsRule(String name, int line, Audience audience, Optional<NamePattern> agentName) implements AnyRule {

    /** What the caller, whom this rule is for, gets. */
    Decision decide(Caller caller) {
        var filled = agentName.map(pattern -> pattern.fill(caller));
        if (filled.isPresent() && filled.get() instanceof NamePattern.Unfit unfit) {
            return new Decision.Refused(Optional.of(name), Decision.Reason.CLAIM, Optional.empty(),
                    "the agent has no name: " + unfit.sentence());
        }
        return new Decision.Credentials(name, filled.map(fit -> ((NamePattern.Fit) fit).head()));
    }
}
