package dev.keyturn.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * A pattern for the name of a room, a participant or an agent: literal text, claims ({@code {tenant}}), and at most one
 * {@code *}, which stands for any run of characters that the request chooses.
 *
 * <p><b>What holds.</b> Two callers whose claims are written differently in it never get overlapping patterns from one
 * pattern: no name is within both. Nor do callers who differ in the first claim get them from two room patterns, or two
 * identities, of a policy that begin with that claim behind the same literal text: {@code {tenant}} cannot reach into
 * {@code {tenant}:*}.
 *
 * <p><b>Why.</b> Between two claims, and between a claim and the {@code *}, stands literal text; and no value holds the
 * character that follows its claim, or, behind the {@code *}, the one that precedes it, in any pattern of the policy.
 * So a name read from its start, where each claim ends at the first such character, has one reading up to the
 * {@code *}, and read from its end one reading back to it. A hash needs no delimiter, as its length is fixed. Values
 * are never empty and hold neither {@code *} nor control characters; a second {@code *} is refused, since a claim
 * between two of them could be found at more than one place.
 */
record NamePattern(Template template, List<Part> head, List<Part> tail, Fit constant) {

    /** A piece of the template; {@code forbidden} are the characters that the claim's value may not hold. */
    record Part(String literal, Template.Claim claim, String forbidden) {}

    /** The pattern for one caller. */
    sealed interface Filled {}

    /** All names that begin with {@code head} and end with {@code tail}; without a tail, {@code head} alone. */
    record Fit(String head, String tail) implements Filled {

        boolean covers(String name) {
            return tail == null
                    ? name.equals(head)
                    : name.length() >= head.length() + tail.length() && name.startsWith(head) && name.endsWith(tail);
        }

        /** A name of its own choice: what {@code *} stands for comes from {@code fresh}. */
        String pick(Supplier<String> fresh) {
            return tail == null ? head : head + fresh.get() + tail;
        }
    }

    /** There is none, because of this claim. */
    record Unfit(String claim, String why) implements Filled {

        String sentence() {
            return "the claim \"" + claim + "\" of the bearer token " + why;
        }
    }

    /** @throws IllegalArgumentException if it would not be safe; the message says why */
    static NamePattern of(Template template) {
        var head = new ArrayList<Part>();
        var tail = new ArrayList<Part>();
        var side = head;
        boolean open = false; // the last thing was a claim or a *, and literal text must come
        for (var piece : template.pieces()) {
            if (piece instanceof Template.Claim claim) {
                if (open) {
                    throw new IllegalArgumentException("\"" + template.text() + "\" has {" + claim.name()
                            + "} next to another claim or a *: put a character between that no value holds, like :");
                }
                side.add(new Part(null, claim, ""));
                open = true;
                continue;
            }
            var text = ((Template.Literal) piece).text();
            int star = text.indexOf('*');
            if (star < 0) {
                side.add(new Part(text, null, ""));
            } else {
                if (side == tail || text.indexOf('*', star + 1) >= 0) {
                    throw new IllegalArgumentException("\"" + template.text() + "\" has more than one *");
                }
                if (open && star == 0) {
                    throw new IllegalArgumentException("\"" + template.text()
                            + "\" has a * next to a claim: put a character between that no value holds, like :");
                }
                side.add(new Part(text.substring(0, star), null, ""));
                side = tail;
                side.add(new Part(text.substring(star + 1), null, ""));
            }
            open = text.endsWith("*");
        }
        boolean wild = side == tail;
        var constant = template.usesClaims() ? null : new Fit(join(head), wild ? join(tail) : null);
        return new NamePattern(template, List.copyOf(head), wild ? List.copyOf(tail) : null, constant).guarded();
    }

    private static String join(List<Part> parts) {
        return String.join("", parts.stream().map(Part::literal).toList());
    }

    private NamePattern guarded() {
        return with((parts, i) -> {
            var forbidden = "";
            if (i + 1 < parts.size()) {
                forbidden += parts.get(i + 1).literal().charAt(0);
            }
            if (parts == tail) { // never its first part, which is the literal text behind the *
                var before = parts.get(i - 1).literal();
                forbidden += before.charAt(before.length() - 1);
            }
            return forbidden;
        });
    }

    /** Adds to {@code delimiters}, by claim, the characters that delimit it here. */
    void collectDelimiters(Map<String, String> delimiters) {
        for (var parts : tail == null ? List.of(head) : List.of(head, tail)) {
            for (var part : parts) {
                if (part.claim() != null) {
                    delimiters.merge(part.claim().name().name(), part.forbidden(), NamePattern::union);
                }
            }
        }
    }

    private static String union(String some, String others) {
        return others.chars().allMatch(c -> some.indexOf(c) >= 0) ? some : some + others;
    }

    /** This pattern, where a claim may not hold what delimits it in the other patterns either. */
    NamePattern forbidding(Map<String, String> delimiters) {
        return with((parts, i) -> delimiters.getOrDefault(parts.get(i).claim().name().name(), ""));
    }

    private NamePattern with(BiFunction<List<Part>, Integer, String> forbidden) {
        return new NamePattern(template, with(head, forbidden), tail == null ? null : with(tail, forbidden), constant);
    }

    private static List<Part> with(List<Part> parts, BiFunction<List<Part>, Integer, String> forbidden) {
        var copy = new ArrayList<>(parts);
        for (int i = 0; i < parts.size(); i++) {
            var claim = parts.get(i).claim();
            if (claim != null) {
                copy.set(i, new Part(null, claim, claim.hash() == null ? forbidden.apply(parts, i) : ""));
            }
        }
        return List.copyOf(copy);
    }

    boolean isWild() {
        return tail != null;
    }

    boolean usesClaims() {
        return constant == null;
    }

    Filled fill(Caller caller) {
        if (constant != null) {
            return constant;
        }
        var text = new StringBuilder();
        var unfit = append(head, caller, text);
        if (unfit != null || tail == null) {
            return unfit != null ? unfit : new Fit(text.toString(), null);
        }
        int star = text.length();
        unfit = append(tail, caller, text);
        return unfit != null ? unfit : new Fit(text.substring(0, star), text.substring(star));
    }

    private static Unfit append(List<Part> parts, Caller caller, StringBuilder text) {
        for (var part : parts) {
            if (part.claim() == null) {
                text.append(part.literal());
                continue;
            }
            var value = part.claim().of(caller);
            var why = value == null
                    ? "is missing, or no text, whole number or boolean"
                    : unfit(value, part.forbidden());
            if (why != null) {
                return new Unfit(part.claim().name().name(), why);
            }
            text.append(value);
        }
        return null;
    }

    private static String unfit(String value, String forbidden) {
        if (value.isEmpty()) {
            return "is empty";
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '*' || forbidden.indexOf(c) >= 0) {
                return "holds a " + c + ", which this server does not let it hold here";
            }
        }
        return ClaimValue.unfitForName(value);
    }

    @Override
    public String toString() {
        return template.text();
    }
}
