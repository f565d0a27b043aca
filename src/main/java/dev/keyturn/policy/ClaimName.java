package dev.keyturn.policy;

import java.util.Map;

/**
 * Which claim of a bearer token: the top-level one of exactly this name, or else the one at this path of names with
 * {@code /} between them ({@code realm_access/roles}, {@code kubernetes.io/namespace}).
 */
record ClaimName(String name, String[] path) {

    ClaimName(String name) {
        this(name, name.split("/", -1));
    }

    /** The claim's value; {@code null} if there is none. */
    Object in(Map<String, Object> claims) {
        var exact = claims.get(name);
        if (exact != null || path.length == 1) {
            return exact;
        }
        Object at = claims;
        for (var step : path) {
            if (!(at instanceof Map<?, ?> map)) {
                return null;
            }
            at = map.get(step);
        }
        return at;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClaimName that && name.equals(that.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
