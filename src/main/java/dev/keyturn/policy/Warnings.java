package dev.keyturn.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a policy allows that its author may not have meant. */
final class Warnings {

    private static final Duration SHORT = Duration.ofSeconds(90);

    private final String file;
    private final List<String> warnings = new ArrayList<>();

    private Warnings(String file) {
        this.file = file;
    }

    static List<String> of(String file, List<Rule> rules, List<CredentialsRule> credentials) {
        var warnings = new Warnings(file);
        if (rules.isEmpty() && credentials.isEmpty()) {
            warnings.add(1, "there are no rules: every request is refused");
        }
        for (var rule : rules) {
            warnings.ofOne(rule);
        }
        warnings.ofIssuers(rules);
        if (rules.size() > 1) {
            warnings.ofFreeIdentities(rules);
        }
        return warnings.warnings;
    }

    private void add(int line, String sentence) {
        warnings.add(file + ":" + line + ": " + sentence);
    }

    private void ofOne(Rule rule) {
        if (rule.ttl().compareTo(SHORT) < 0) {
            add(rule.line(), "the rule " + rule.name() + " has a ttl of " + DurationText.of(rule.ttl())
                    + ": clients fetch a new token 60 seconds before the end, so below 90s they hardly use one twice");
        }
        if (!rule.video().has(VideoGrant.ROOM_JOIN)) {
            add(rule.line(), "the rule " + rule.name() + " gives tokens that join no room: roomJoin is false");
        }
        for (var grant : VideoGrant.DANGEROUS) {
            if (rule.audience().includesAnonymous() && rule.video().has(grant)) {
                add(rule.line(),
                        "the rule " + rule.name() + " gives " + grant.claim() + " to callers whom nobody knows");
            }
        }
    }

    /** The same subject at two issuers is two people, who would be one participant, or share rooms. */
    private void ofIssuers(List<Rule> rules) {
        for (int i = 0; i < rules.size(); i++) {
            var rule = rules.get(i);
            var issuers = new HashSet<>(rule.audience().issuers());
            for (var earlier : rules.subList(0, i)) {
                if (sameIdentities(earlier, rule) && differ(earlier.audience().issuers(), issuers)) {
                    add(rule.line(), "the rules " + earlier.name() + " and " + rule.name() + " make the identity "
                            + rule.identity() + " for callers of different issuers, who can so be taken for each other:"
                            + " put something before it, as in \"" + rule.name() + ":" + rule.identity() + "\"");
                    break;
                }
            }
            if (issuers.size() > 1 && rule.identity().usesClaims()) {
                add(rule.line(), "the rule " + rule.name() + " makes the identity " + rule.identity()
                        + " for callers of " + issuers.size() + " issuers, who can so be taken for each other:"
                        + " make a rule for each issuer, with something before the identity");
            }
        }
    }

    private static boolean sameIdentities(Rule one, Rule other) {
        return one.identity().usesClaims() && one.identity().toString().equals(other.identity().toString());
    }

    private static boolean differ(Set<String> some, Set<String> others) {
        return !some.isEmpty() && !others.isEmpty() && !some.equals(others);
    }

    private void ofFreeIdentities(List<Rule> rules) {
        for (var rule : rules) {
            if (rule.audience().includesAnonymous() && rule.identity().toString().equals("*")) {
                add(rule.line(), "the rule " + rule.name() + " lets callers whom nobody knows take any identity, also"
                        + " that of somebody else: put something before it, as in \"guest-*\"");
            }
        }
    }
}
