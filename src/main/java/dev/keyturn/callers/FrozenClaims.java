package dev.keyturn.callers;

import dev.keyturn.callers.InvalidBearerException.Reason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Claims that many requests may share: copied, unmodifiable at every depth, and no deeper than anyone needs. */
final class FrozenClaims {

    /** So that whoever walks through claims need not fear for the stack. */
    private static final int DEEPEST = 16;

    private FrozenClaims() {
    }

    static Map<String, Object> of(Map<String, Object> claims) throws InvalidBearerException {
        var frozen = new HashMap<String, Object>();
        for (var claim : claims.entrySet()) {
            frozen.put(claim.getKey(), frozen(claim.getValue(), 1));
        }
        return Collections.unmodifiableMap(frozen);
    }

    private static Object frozen(Object value, int depth) throws InvalidBearerException {
        if (depth > DEEPEST) {
            throw new InvalidBearerException(Reason.CLAIMS);
        }
        if (value instanceof Map<?, ?> object) {
            var copy = new HashMap<Object, Object>();
            for (var member : object.entrySet()) {
                copy.put(member.getKey(), frozen(member.getValue(), depth + 1));
            }
            return Collections.unmodifiableMap(copy);
        }
        if (value instanceof List<?> list) {
            var copy = new ArrayList<>();
            for (var element : list) {
                copy.add(frozen(element, depth + 1));
            }
            return Collections.unmodifiableList(copy);
        }
        return value instanceof Integer small ? (Object) small.longValue() : value; // one type for numbers of any size
    }
}
