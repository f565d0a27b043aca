package dev.keyturn.policy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds the rules that may be for a caller, in their order, without looking at the others: by issuer, and then by the
 * one claim that most of the issuer's rules want to be a certain value. What it leaves out cannot match; what it gives
 * still has to be asked.
 */
final class RuleIndex {

    private final Rule[] anonymous;
    private final Map<String, ByClaim> issuers = new HashMap<>();
    private final ByClaim otherIssuers;

    RuleIndex(List<Rule> rules) {
        anonymous = rules.stream().filter(rule -> rule.audience().includesAnonymous()).toArray(Rule[]::new);
        var authenticated = rules.stream().filter(rule -> rule.audience().kind() != Audience.Kind.ANONYMOUS).toList();
        var named = new LinkedHashSet<String>();
        authenticated.forEach(rule -> named.addAll(rule.audience().issuers()));
        named.forEach(issuer -> issuers.put(issuer, new ByClaim(authenticated.stream()
                .filter(rule -> rule.audience().issuers().isEmpty() || rule.audience().issuers().contains(issuer))
                .toList())));
        otherIssuers =
                new ByClaim(authenticated.stream().filter(rule -> rule.audience().issuers().isEmpty()).toList());
    }

    Iterator<Rule> candidates(Caller caller) {
        return caller.isAnonymous()
                ? new InOrder(anonymous, ByClaim.NONE)
                : issuers.getOrDefault(caller.issuer(), otherIssuers).candidates(caller);
    }

    /** The rules for one issuer. */
    private static final class ByClaim {

        private static final Rule[] NONE = {};

        private final ClaimName main;
        private final Map<Object, Rule[]> byValue = new HashMap<>();
        private final Rule[] anyValue;

        ByClaim(List<Rule> rules) {
            main = mostPinned(rules);
            var pinned = new HashMap<Object, List<Rule>>();
            var others = new ArrayList<Rule>();
            for (var rule : rules) {
                var values = values(rule, main);
                values.forEach(value -> pinned.computeIfAbsent(value, any -> new ArrayList<>()).add(rule));
                if (values.isEmpty()) {
                    others.add(rule);
                }
            }
            pinned.forEach((value, some) -> byValue.put(value, some.toArray(Rule[]::new)));
            anyValue = others.toArray(Rule[]::new);
        }

        private static ClaimName mostPinned(List<Rule> rules) {
            var counts = new LinkedHashMap<ClaimName, Integer>();
            rules.forEach(rule -> rule.audience().claims().forEach((claim, condition) -> {
                if (condition instanceof ClaimCondition.OneOf) {
                    counts.merge(claim, 1, Integer::sum);
                }
            }));
            return counts.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey).orElse(null);
        }

        private static Set<Object> values(Rule rule, ClaimName claim) {
            return claim != null && rule.audience().claims().get(claim) instanceof ClaimCondition.OneOf one
                    ? one.values()
                    : Set.of();
        }

        Iterator<Rule> candidates(Caller caller) {
            var value = main == null ? null : main.in(caller.claims());
            return new InOrder(value instanceof Collection<?> list ? ofAny(list) : of(value), anyValue);
        }

        private Rule[] of(Object value) {
            var canonical = ClaimValue.canonical(value);
            return canonical == null ? NONE : byValue.getOrDefault(canonical, NONE);
        }

        private Rule[] ofAny(Collection<?> values) {
            var found = new TreeMap<Integer, Rule>();
            for (var value : values) {
                for (var rule : of(value)) {
                    found.put(rule.order(), rule);
                }
            }
            return found.values().toArray(NONE);
        }
    }

    /** Two ordered lists as one. */
    private static final class InOrder implements Iterator<Rule> {

        private final Rule[] left;
        private final Rule[] right;
        private int l;
        private int r;

        InOrder(Rule[] left, Rule[] right) {
            this.left = left;
            this.right = right;
        }

        @Override
        public boolean hasNext() {
            return l < left.length || r < right.length;
        }

        @Override
        public Rule next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return r == right.length || l < left.length && left[l].order() < right[r].order() ? left[l++] : right[r++];
        }
    }
}
