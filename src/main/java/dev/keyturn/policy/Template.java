package dev.keyturn.policy;

import java.util.ArrayList;
import java.util.List;

/** Text with claims in it: {@code {name}}, or {@code {email|hash}} for a {@link ClaimHash} of it. */
record Template(String text, List<Piece> pieces) {

    sealed interface Piece {}

    record Literal(String text) implements Piece {}

    /** @param hash {@code null} for the value itself */
    record Claim(ClaimName name, ClaimHash hash) implements Piece {

        /**
         * What is put in for this caller; {@code null} if the claim is missing, or no text, whole number or boolean.
         */
        String of(Caller caller) {
            var value = ClaimValue.text(name.in(caller.claims()));
            return value == null || hash == null ? value : hash.of(caller.issuer(), value);
        }
    }

    /** @throws IllegalArgumentException if the braces are not in order; the message says how */
    static Template parse(String text, ClaimHash hash) {
        var pieces = new ArrayList<Piece>();
        int at = 0;
        while (at < text.length()) {
            int open = text.indexOf('{', at);
            var literal = text.substring(at, open < 0 ? text.length() : open);
            if (literal.indexOf('}') >= 0) {
                throw new IllegalArgumentException("\"" + text + "\" has a } without its {");
            }
            if (!literal.isEmpty()) {
                pieces.add(new Literal(literal));
            }
            if (open < 0) {
                break;
            }
            int close = text.indexOf('}', open);
            if (close < 0) {
                throw new IllegalArgumentException("\"" + text + "\" has a { without its }");
            }
            pieces.add(claim(text.substring(open + 1, close), hash));
            at = close + 1;
        }
        return new Template(text, List.copyOf(pieces));
    }

    private static Claim claim(String inside, ClaimHash hash) {
        int bar = inside.indexOf('|');
        var name = bar < 0 ? inside : inside.substring(0, bar);
        if (bar >= 0 && !inside.substring(bar).equals("|hash")) {
            throw new IllegalArgumentException("{" + inside + "}: after a claim's name there can only be |hash");
        }
        if (name.isEmpty() || name.chars().anyMatch(c -> c == '{' || c == '*' || c == '"' || c <= ' ')) {
            throw new IllegalArgumentException(
                    "{" + inside + "} names no claim: braces hold the name of a claim, {sub}");
        }
        return new Claim(new ClaimName(name), bar < 0 ? null : hash);
    }

    boolean usesClaims() {
        return pieces.stream().anyMatch(Claim.class::isInstance);
    }

    /** The text for this caller; {@code null} if a claim in it is missing, or no good text, whole number or boolean. */
    String fill(Caller caller) {
        if (pieces.size() == 1 && pieces.get(0) instanceof Literal only) {
            return only.text();
        }
        var filled = new StringBuilder();
        for (var piece : pieces) {
            var part = piece instanceof Claim claim ? claim.of(caller) : ((Literal) piece).text();
            if (part == null || !ClaimValue.isUnicode(part)) {
                return null;
            }
            filled.append(part);
        }
        return filled.toString();
    }
}
