package dev.keyturn.policy;

import java.util.Collection;
import java.util.Set;

/** What a rule wants of a claim. A claim that is a list meets it if any of its elements does. */
sealed interface ClaimCondition {

    boolean met(Object claim);

    /** Whether every claim that meets {@code narrower} meets this one; a no may be wrong, a yes never is. */
    boolean covers(ClaimCondition narrower);

    /** One of these values, each as {@link ClaimValue#canonical} has it. */
    record OneOf(Set<Object> values) implements ClaimCondition {

        public OneOf {
            values = Set.copyOf(values);
        }

        @Override
        public boolean met(Object claim) {
            if (claim instanceof Collection<?> list) {
                for (var element : list) {
                    if (metByOne(element)) {
                        return true;
                    }
                }
                return false;
            }
            return metByOne(claim);
        }

        private boolean metByOne(Object value) {
            var canonical = ClaimValue.canonical(value);
            return canonical != null && values.contains(canonical);
        }

        @Override
        public boolean covers(ClaimCondition narrower) {
            return narrower instanceof OneOf that && values.containsAll(that.values);
        }

        @Override
        public String toString() {
            return values.size() == 1 ? "is " + values.iterator().next() : "is one of " + values;
        }
    }

    /** It is there and not null, or it is not. */
    record Present(boolean present) implements ClaimCondition {

        @Override
        public boolean met(Object claim) {
            return present == (claim != null);
        }

        @Override
        public boolean covers(ClaimCondition narrower) {
            return narrower instanceof Present that ? present == that.present : present;
        }

        @Override
        public String toString() {
            return present ? "is present" : "is absent";
        }
    }

    /** Text in which each {@code *} of the pattern stands for any run of characters. */
    record Like(String pattern) implements ClaimCondition {

        @Override
        public boolean met(Object claim) {
            return claim instanceof Collection<?> list
                    ? list.stream().anyMatch(this::metByOne)
                    : metByOne(claim);
        }

        private boolean metByOne(Object claim) {
            return claim instanceof String text && matches(text);
        }

        /** Goes back only to the last {@code *}, so it takes pattern times text at worst, whatever they are. */
        private boolean matches(String text) {
            int p = 0;
            int t = 0;
            int star = -1;
            int retry = 0;
            while (t < text.length()) {
                if (p < pattern.length() && pattern.charAt(p) == '*') {
                    star = p++;
                    retry = t;
                } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
                    p++;
                    t++;
                } else if (star >= 0) {
                    p = star + 1;
                    t = ++retry;
                } else {
                    return false;
                }
            }
            while (p < pattern.length() && pattern.charAt(p) == '*') {
                p++;
            }
            return p == pattern.length();
        }

        @Override
        public boolean covers(ClaimCondition narrower) {
            return equals(narrower)
                    || narrower instanceof OneOf that && that.values().stream().allMatch(this::metByOne);
        }

        @Override
        public String toString() {
            return "is like \"" + pattern + "\"";
        }
    }
}
