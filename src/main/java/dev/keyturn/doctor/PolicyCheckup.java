package dev.keyturn.doctor;

import dev.keyturn.policy.Policy;
import dev.keyturn.policy.PolicyException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rules by which tokens are given: what they allow that may not be meant, and for how long. */
public final class PolicyCheckup implements Checkup {

    private static final Duration LONG = Duration.ofHours(1);

    /** Reads it, where there is one. */
    public interface Source {
        Optional<Policy> read() throws PolicyException;
    }

    private final Source source;

    public PolicyCheckup(Source source) {
        this.source = source;
    }

    @Override
    public String subject() {
        return "policy";
    }

    @Override
    public List<Finding> look() {
        try {
            return source.read().map(PolicyCheckup::judge).orElseGet(() -> List.of(Finding.unseen("policy",
                    "it is not known which rules the servers have",
                    "Name their file with --policy (keyturn.policy.file).")));
        } catch (PolicyException e) {
            return List.of(Finding.fault("policy", "it has mistakes, and no server starts with it: "
                    + Words.printable(e.getMessage()), "See 'keyturn policy check' for all of them."));
        } catch (IllegalArgumentException e) {
            return List.of(Finding.unseen("policy", e.getMessage(), "Correct --policy (keyturn.policy.file)."));
        }
    }

    static List<Finding> judge(Policy policy) {
        var findings = new ArrayList<Finding>();
        policy.warnings().forEach(warning -> findings.add(Finding.warning("policy", warning,
                "If it is not meant, change that rule (docs/policy.md); 'keyturn policy explain' says what a caller"
                        + " gets.")));
        if (policy.longestTtl().compareTo(LONG) >= 0) {
            findings.add(Finding.warning("policy: TTL", "tokens of " + Words.span(policy.longestTtl()),
                    "Set ttl to minutes: it counts only for connecting, nobody is cut off when it ends, and a retired key"
                            + " has to be kept for as long."));
        } else if (!policy.ruleNames().isEmpty()) {
            findings.add(Finding.ok("policy: TTL", "no token for longer than " + Words.span(policy.longestTtl())));
        }
        if (policy.warnings().isEmpty()) {
            findings.add(Finding.ok("policy", Words.count(policy.ruleNames().size(), "rule")
                    + ", none that gives what may not be meant"));
        }
        return findings;
    }
}
