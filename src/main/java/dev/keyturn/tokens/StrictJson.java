package dev.keyturn.tokens;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A JSON object read token by token, strictly: every error names the field and repeats no value. As protobuf's JSON has
 * it, a field's name is in snake_case or camelCase, and {@code null}, {@code ""}, {@code {}}, 0 and false are "not
 * set".
 */
final class StrictJson {

    /** Levels of objects and lists; the deepest legal body has five. */
    static final int MAX_DEPTH = 16;

    private static final long UINT32_MAX = 0xffff_ffffL;
    private static final int MAX_NAME_SHOWN = 64;
    private static final String NOT_UTF8 = "The body is not JSON in UTF-8.";

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .build();

    private final JsonParser json;
    private int passedOver;

    private StrictJson(JsonParser json) {
        this.json = json;
    }

    /** Makes something of an object, whose fields are all to be read or passed over. */
    interface Reading<T> {
        T of(Fields fields) throws IOException, BadBodyException;
    }

    /** @param passedOver how many fields were passed over, at any depth */
    record Result<T>(T value, int passedOver) {}

    /**
     * @param none what an empty body comes to, or one that is {@code null}
     * @throws BadBodyException if it is no JSON object, or {@code reading} finds it wrong
     */
    static <T> Result<T> read(byte[] body, T none, Reading<T> reading) throws BadBodyException {
        requireUtf8(body);
        try (var json = JSON.createParser(body)) {
            var strict = new StrictJson(json);
            try {
                return new Result<>(strict.document(none, reading), strict.passedOver);
            } catch (StreamConstraintsException e) {
                throw new BadBodyException("", "The body is nested deeper than " + MAX_DEPTH
                        + " levels, or has an overlong name or number.");
            } catch (JsonProcessingException e) {
                throw strict.notJson(e);
            }
        } catch (IOException e) {
            throw new BadBodyException("", NOT_UTF8);
        }
    }

    /**
     * The parser takes overlong and other false forms, which a proxy in front of us may have read as something else.
     */
    private static void requireUtf8(byte[] body) throws BadBodyException {
        if (!Arrays.equals(body, new String(body, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8))) {
            throw new BadBodyException("", NOT_UTF8);
        }
    }

    private <T> T document(T none, Reading<T> reading) throws IOException, BadBodyException {
        var first = json.nextToken();
        if (first == null) {
            return none;
        }
        if (first != JsonToken.START_OBJECT && first != JsonToken.VALUE_NULL) {
            throw new BadBodyException("", "The body must be a JSON object.");
        }
        var value = first == JsonToken.VALUE_NULL ? none : reading.of(new Fields(""));
        if (json.nextToken() != null) {
            throw new BadBodyException("", "There is something after the JSON object.");
        }
        return value;
    }

    private BadBodyException notJson(JsonProcessingException e) throws IOException {
        if (String.valueOf(e.getOriginalMessage()).startsWith("Duplicate field")) {
            var path = new StringBuilder();
            for (var at = json.getParsingContext(); at != null && !at.inRoot(); at = at.getParent()) {
                path.insert(0, at.inArray() ? "[" + at.getCurrentIndex() + "]"
                        : "." + printable(Casing.snake(at.getCurrentName())));
            }
            return twice(path.substring(1));
        }
        var at = e.getLocation();
        return new BadBodyException("", "The body is not JSON"
                + (at == null ? "." : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")."));
    }

    private static BadBodyException twice(String path) {
        return new BadBodyException(path, "The field " + path + " is given twice.");
    }

    /** A name that is the caller's own, as far as an error should repeat it. */
    private static String printable(String name) {
        var begin = name.length() <= MAX_NAME_SHOWN ? name : name.substring(0, MAX_NAME_SHOWN) + "...";
        return begin.replaceAll("[^\\x21-\\x7e]", "?");
    }

    /** The fields of one object: {@link #next} goes to the next of them, and one of the others reads its value. */
    final class Fields {

        private final String prefix;
        private final Set<String> seen = new HashSet<>();
        private String name;

        private Fields(String prefix) {
            this.prefix = prefix;
        }

        /** The next field's name in snake_case; {@code null} behind the last. None comes twice in two casings. */
        String next() throws IOException, BadBodyException {
            if (json.nextToken() == JsonToken.END_OBJECT) {
                return null;
            }
            name = Casing.snake(json.currentName());
            if (!seen.add(name)) {
                throw twice(prefix + printable(name));
            }
            return name;
        }

        /** Where the field is, such as {@code room_config.agents[0].agent_name}. */
        String path() {
            return prefix + name;
        }

        String text() throws IOException, BadBodyException {
            return switch (json.nextToken()) {
                case VALUE_STRING -> unicode(json.getText());
                case VALUE_NULL -> "";
                default -> throw wrongType(path(), "text");
            };
        }

        Map<String, String> texts() throws IOException, BadBodyException {
            if (!beginsObject()) {
                return Map.of();
            }
            Map<String, String> texts = new LinkedHashMap<>();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                var key = unicode(json.currentName());
                switch (json.nextToken()) {
                    case VALUE_STRING -> texts.put(key, unicode(json.getText()));
                    case VALUE_NULL -> { }
                    default -> throw new BadBodyException(path(), "The values of " + path() + " must be text.");
                }
            }
            return texts;
        }

        /** A protobuf uint32; {@code null} if it is not set. */
        Long number() throws IOException, BadBodyException {
            var token = json.nextToken();
            if (token == JsonToken.VALUE_NULL) {
                return null;
            }
            if (token != JsonToken.VALUE_NUMBER_INT || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                    || json.getLongValue() < 0 || json.getLongValue() > UINT32_MAX) {
                throw wrongType(path(), "a whole number from 0 to " + UINT32_MAX);
            }
            return json.getLongValue() == 0 ? null : json.getLongValue();
        }

        /** {@code null} if it is not set. */
        Boolean flag() throws IOException, BadBodyException {
            return switch (json.nextToken()) {
                case VALUE_TRUE -> true;
                case VALUE_FALSE, VALUE_NULL -> null;
                default -> throw wrongType(path(), "true or false");
            };
        }

        <T> T object(T none, Reading<T> reading) throws IOException, BadBodyException {
            return beginsObject() ? reading.of(new Fields(path() + ".")) : none;
        }

        <T> List<T> objects(Reading<T> reading) throws IOException, BadBodyException {
            var token = json.nextToken();
            if (token == JsonToken.VALUE_NULL) {
                return List.of();
            }
            if (token != JsonToken.START_ARRAY) {
                throw wrongType(path(), "a list");
            }
            List<T> list = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                var element = path() + "[" + list.size() + "]";
                if (json.currentToken() != JsonToken.START_OBJECT) {
                    throw wrongType(element, "an object");
                }
                list.add(reading.of(new Fields(element + ".")));
            }
            return list;
        }

        void passOver() throws IOException {
            passedOver++;
            json.nextToken();
            json.skipChildren();
        }

        private boolean beginsObject() throws IOException, BadBodyException {
            return switch (json.nextToken()) {
                case START_OBJECT -> true;
                case VALUE_NULL -> false;
                default -> throw wrongType(path(), "an object");
            };
        }

        /** A lone surrogate is no character: two different names would be one once they are written as UTF-8. */
        private String unicode(String text) throws BadBodyException {
            for (int i = 0; i < text.length(); i++) {
                var c = text.charAt(i);
                if (Character.isSurrogate(c) && (Character.isLowSurrogate(c) || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(++i)))) {
                    throw new BadBodyException(path(), "The text of " + path() + " is not valid Unicode.");
                }
            }
            return text;
        }

        private static BadBodyException wrongType(String path, String expected) {
            return new BadBodyException(path, "The field " + path + " must be " + expected + ".");
        }
    }
}
