package dev.keyturn.agents;

import dev.keyturn.keys.ApiKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The entity tags of an {@code If-None-Match} (RFC 9110 section 13.1.2), as far as they can be read, without their
 * quotes; they are compared weakly. Ours name the API key, and a part of a hash of what else is in the answer.
 *
 * @param any whether {@code *} was sent, which every answer matches
 */
record EntityTags(boolean any, List<String> values) {

    private static final Pattern TAG = Pattern.compile("\"([\\x21\\x23-\\x7e\\x80-\\xff]*)\"");
    private static final int HASH_BYTES = 4;

    /** @param ifNoneMatch the values of the header; it may have several */
    static EntityTags of(List<String> ifNoneMatch) {
        var tags = ifNoneMatch.stream().flatMap(line -> TAG.matcher(line).results()).map(tag -> tag.group(1)).toList();
        return new EntityTags(ifNoneMatch.stream().anyMatch(line -> line.strip().equals("*")), tags);
    }

    /** The tag of an answer. */
    static String of(ApiKey key, String url, Optional<String> agentName) {
        try {
            var rest = MessageDigest.getInstance("SHA-256")
                    .digest((url + '\0' + agentName.orElse("")).getBytes(StandardCharsets.UTF_8));
            return key.value() + '.' + HexFormat.of().formatHex(rest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    boolean match(String tag) {
        return any || values.contains(tag);
    }

    /** Of these tags, that which names the key. */
    Optional<String> naming(ApiKey key) {
        return values.stream()
                .filter(tag -> tag.lastIndexOf('.') > 0 && tag.substring(0, tag.lastIndexOf('.')).equals(key.value()))
                .findFirst();
    }
}
