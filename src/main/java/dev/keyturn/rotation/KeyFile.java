package dev.keyturn.rotation;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.ApiSecret;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.SigningKey;
import java.io.StringReader;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * LiveKit's {@code key_file}: lines of {@code KEY: secret} (pkg/config/config.go), whose order matters, because LiveKit
 * signs its refresh tokens with the first of them seven times in eight (pkg/service/roommanager.go).
 *
 * <p>One that Keyturn made begins with a comment that says of which ring: the fence that keeps a rotator that slept
 * from putting a dropped key back, and what a lost ring is restored by.
 *
 * @param header of which ring it was made; empty if Keyturn did not make it
 * @param pairs  in the order of the lines
 */
public record KeyFile(Optional<Header> header, Map<ApiKey, ApiSecret> pairs) {

    private static final String EXPECTED = "lines of 'KEY: secret' were expected, as in LiveKit's key file";
    private static final Pattern HEADER =
            Pattern.compile("# Keyturn: ring version (\\d{1,18}), (\\S+) signs, made (\\S+)\\R.*", Pattern.DOTALL);

    public KeyFile {
        pairs = Collections.unmodifiableMap(new LinkedHashMap<>(pairs));
    }

    /**
     * @param ringVersion of the ring whose keys these are
     * @param signs       the key that was ACTIVE in it
     * @param made        when; with the version it names a delivery
     */
    public record Header(long ringVersion, ApiKey signs, Instant made) {

        /** A short name of this delivery, for an annotation: {@code 7 2026-01-31T00:00:00Z}; no secret. */
        public String delivery() {
            return ringVersion + " " + made;
        }
    }

    /** All keys of the ring, oldest first, so that a staged key is the last. */
    public static KeyFile of(KeyRing ring, Instant now) {
        return of(ring, ring.keys(), now);
    }

    /** All keys of the ring with the signing one first: for when the others are about to go. */
    public static KeyFile activeFirst(KeyRing ring, Instant now) {
        var keys = new ArrayList<>(List.of(ring.active()));
        ring.keys().stream().filter(key -> key != ring.active()).forEach(keys::add);
        return of(ring, keys, now);
    }

    private static KeyFile of(KeyRing ring, List<SigningKey> keys, Instant now) {
        var pairs = new LinkedHashMap<ApiKey, ApiSecret>();
        keys.forEach(key -> pairs.put(key.key(), key.secret()));
        return new KeyFile(Optional.of(new Header(ring.version(), ring.active().key(), now)), pairs);
    }

    /** The file as LiveKit reads it. The secrets are quoted: LiveKit drops one that is all digits and is not. */
    public String text() {
        var lines = pairs.entrySet().stream()
                .map(pair -> pair.getKey() + ": \""
                        + pair.getValue().reveal().replace("\\", "\\\\").replace("\"", "\\\"") + "\"\n")
                .collect(Collectors.joining());
        return header.map(made -> "# Keyturn: ring version " + made.ringVersion + ", " + made.signs
                + " signs, made " + made.made + "\n").orElse("") + lines;
    }

    /**
     * @throws IllegalArgumentException if it is none, or holds a pair that we would not take; quotes no secret
     */
    public static KeyFile read(String text) {
        return new KeyFile(header(text), readPairs(text));
    }

    /**
     * As {@link #read}, but one that Keyturn made and someone has broken since is there without its pairs: it is to be
     * made anew. One that is neither is somebody else's, and is not to be overwritten.
     *
     * @throws IllegalArgumentException if it is neither a key file nor was ever one of ours
     */
    public static KeyFile lookAt(String text) {
        try {
            return read(text);
        } catch (IllegalArgumentException broken) {
            return new KeyFile(Optional.of(header(text).orElseThrow(() -> broken)), Map.of());
        }
    }

    /** Whether LiveKit would take the same keys from both, and in the same order. */
    public boolean samePairs(KeyFile other) {
        return new ArrayList<>(pairs.entrySet()).equals(new ArrayList<>(other.pairs.entrySet()));
    }

    private static Optional<Header> header(String text) {
        var found = HEADER.matcher(text);
        if (!found.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Header(Long.parseLong(found.group(1)), new ApiKey(found.group(2)),
                    Instant.parse(found.group(3))));
        } catch (IllegalArgumentException | DateTimeException edited) {
            return Optional.empty();
        }
    }

    private static Map<ApiKey, ApiSecret> readPairs(String text) {
        try {
            // the nodes, not the values: an all-digit secret is text, whatever YAML makes of it
            var root = new Yaml().compose(new StringReader(text));
            if (!(root instanceof MappingNode lines)) {
                throw new IllegalArgumentException(EXPECTED);
            }
            var pairs = new LinkedHashMap<ApiKey, ApiSecret>();
            for (var line : lines.getValue()) {
                if (!(line.getKeyNode() instanceof ScalarNode key)
                        || !(line.getValueNode() instanceof ScalarNode secret)) {
                    throw new IllegalArgumentException(EXPECTED);
                }
                var name = new ApiKey(key.getValue());
                if (pairs.put(name, ApiSecret.of(secret.getValue())) != null) {
                    throw new IllegalArgumentException("key " + name + " is in it twice");
                }
            }
            return pairs;
        } catch (YAMLException e) { // its message quotes the line
            throw new IllegalArgumentException("this is not YAML: lines of 'KEY: secret' were expected");
        }
    }
}
