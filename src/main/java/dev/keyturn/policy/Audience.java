package dev.keyturn.policy;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whom a rule is for.
 *
 * @param issuers of bearer tokens; empty is every trusted issuer
 * @param claims  all of them must be met
 */
record Audience(Kind kind, Set<String> issuers, Map<ClaimName, ClaimCondition> claims) {

    enum Kind {
        /** Callers without a bearer token. */
        ANONYMOUS,
        /** Callers with one. */
        AUTHENTICATED,
        /** Both. */
        ANYONE
    }

    Audience {
        issuers = Set.copyOf(issuers);
        claims = Map.copyOf(claims);
    }

    boolean includesAnonymous() {
        return kind != Kind.AUTHENTICATED;
    }

    boolean admits(Caller caller) {
        if (kind != Kind.AUTHENTICATED) {
            return kind == Kind.ANYONE || caller.isAnonymous();
        }
        if (caller.isAnonymous() || !issuers.isEmpty() && !issuers.contains(caller.issuer())) {
            return false;
        }
        for (var claim : claims.entrySet()) {
            if (!claim.getValue().met(claim.getKey().in(caller.claims()))) {
                return false;
            }
        }
        return true;
    }

    /** Why it does not admit a caller, for the one who writes the rules. */
    String whyNot(Caller caller) {
        if (caller.isAnonymous() != (kind == Kind.ANONYMOUS)) {
            return caller.isAnonymous() ? "the caller is anonymous" : "the caller is not anonymous";
        }
        if (!issuers.isEmpty() && !issuers.contains(caller.issuer())) {
            return "the issuer is " + caller.issuer()
                    + ", not " + String.join(" or ", issuers.stream().sorted().toList());
        }
        return claims.entrySet().stream()
                .filter(claim -> !claim.getValue().met(claim.getKey().in(caller.claims())))
                .map(claim -> "the claim " + claim.getKey() + " is " + shown(claim.getKey().in(caller.claims()))
                        + "; the rule wants that it " + claim.getValue())
                .sorted()
                .collect(Collectors.joining("; "));
    }

    private static String shown(Object claim) {
        return claim == null ? "missing" : claim instanceof String ? "\"" + claim + "\"" : claim.toString();
    }

    /** Whether everybody whom {@code narrower} admits is admitted here; a no may be wrong, a yes never is. */
    boolean covers(Audience narrower) {
        if (kind == Kind.ANYONE) {
            return true;
        }
        if (kind != narrower.kind || !issuers.isEmpty()
                && (narrower.issuers.isEmpty() || !issuers.containsAll(narrower.issuers))) {
            return false;
        }
        return claims.entrySet().stream().allMatch(claim -> {
            var other = narrower.claims.get(claim.getKey());
            return other != null && claim.getValue().covers(other);
        });
    }
}
