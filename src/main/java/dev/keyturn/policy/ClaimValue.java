package dev.keyturn.policy;

import java.math.BigInteger;

/** A claim's value, as rules compare it and as templates write it. */
final class ClaimValue {

    /** Beyond it a floating-point number no longer names one whole number. */
    private static final double LARGEST_WHOLE = 1L << 53;

    private ClaimValue() {}

    /**
     * The same object for the same text, truth value or number, in whatever class a JSON or YAML reader put it: 5, 5L
     * and 5.0 are one, {@code "5"} is another. {@code null} for what is no single value.
     */
    static Object canonical(Object value) {
        if (value instanceof String || value instanceof Boolean) {
            return value;
        }
        if (value instanceof BigInteger big) {
            return big.bitLength() < Long.SIZE ? (Object) big.longValue() : big;
        }
        if (value instanceof Integer || value instanceof Long || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        if (value instanceof Number number && Math.abs(number.doubleValue()) <= LARGEST_WHOLE) {
            double fraction = number.doubleValue();
            return fraction == Math.rint(fraction) ? (Object) (long) fraction : (Object) fraction;
        }
        return null;
    }

    /** The value written out; {@code null} for lists, maps and fractions, which have no one way to be written. */
    static String text(Object value) {
        var canonical = canonical(value);
        return canonical == null || canonical instanceof Double ? null : canonical.toString();
    }

    /** Why a text cannot be a part of a name; {@code null} if it can. (Loops: this is on every token's way.) */
    static String unfitForName(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
                return "holds a control character";
            }
        }
        return isUnicode(text) ? null : "is not valid Unicode";
    }

    /** Half a surrogate pair is no text: it would become {@code ?} on its way, and two different names would be one. */
    static boolean isUnicode(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return false;
            }
        }
        return true;
    }
}
