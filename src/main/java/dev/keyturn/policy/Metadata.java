package dev.keyturn.policy;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The metadata that a rule gives a participant: text, or a flat JSON object whose values are filled in and quoted one
 * by one, so that a claim cannot add a member to it.
 */
sealed interface Metadata {

    /** Empty if there is none for this caller. */
    String fill(Caller caller);

    boolean usesClaims();

    /** As it stands; left out where a claim is missing. */
    record Text(Template text) implements Metadata {

        @Override
        public String fill(Caller caller) {
            var filled = text.fill(caller);
            return filled == null ? "" : filled;
        }

        @Override
        public boolean usesClaims() {
            return text.usesClaims();
        }
    }

    /** @param members a {@link Template}, number or boolean each; one whose claim is missing is left out */
    record Json(Map<String, Object> members) implements Metadata {

        public Json {
            members = new LinkedHashMap<>(members); // in the order of the file
        }

        @Override
        public String fill(Caller caller) {
            var json = new StringBuilder("{");
            members.forEach((name, member) -> {
                var value = member instanceof Template template ? template.fill(caller) : member;
                if (value != null) {
                    quote(json.append(json.length() > 1 ? "," : ""), name).append(':');
                    if (value instanceof String text) {
                        quote(json, text);
                    } else {
                        json.append(value);
                    }
                }
            });
            return json.append('}').toString();
        }

        @Override
        public boolean usesClaims() {
            return members.values().stream().anyMatch(member -> member instanceof Template text && text.usesClaims());
        }

        private static StringBuilder quote(StringBuilder json, String text) {
            json.append('"');
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '"' || c == '\\') {
                    json.append('\\').append(c);
                } else if (c < ' ' || Character.isSurrogate(c)) {
                    json.append(String.format("\\u%04x", (int) c));
                } else {
                    json.append(c);
                }
            }
            return json.append('"');
        }
    }
}
