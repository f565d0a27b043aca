package dev.keyturn.tokens;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A body of {@code application/x-www-form-urlencoded}. Read here, for the platform's reader has a limit of its own that
 * is shorter than a token may be.
 */
final class FormBody {

    private FormBody() {}

    /**
     * The value of a field that must be there once and not be empty (RFC 6749 §3.2).
     *
     * @throws BadBodyException if it is missing, there twice or not encoded as a form
     */
    static String required(byte[] body, String field) throws BadBodyException {
        Optional<String> value = Optional.empty();
        for (var pair : new String(body, StandardCharsets.UTF_8).split("&")) {
            var equals = pair.indexOf('=');
            if (!decoded(equals < 0 ? pair : pair.substring(0, equals)).equals(field)) {
                continue;
            }
            if (value.isPresent()) {
                throw new BadBodyException(field, "The field " + field + " is given twice.");
            }
            value = Optional.of(equals < 0 ? "" : decoded(pair.substring(equals + 1)));
        }
        return value.filter(text -> !text.isEmpty())
                .orElseThrow(() -> new BadBodyException(field, "The field " + field + " is missing."));
    }

    private static String decoded(String text) throws BadBodyException {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) { // quotes the text
            throw new BadBodyException("", "The body is not encoded as a form.");
        }
    }
}
