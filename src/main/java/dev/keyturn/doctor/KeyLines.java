package dev.keyturn.doctor;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.ApiSecret;
import dev.keyturn.keys.DevelopmentRing;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.rotation.KeyFile;
import java.io.StringReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * LiveKit's key pairs as they stand, also those that Keyturn itself would not take: {@link KeyFile} reads strictly.
 *
 * @param lines   in their order
 * @param problem why LiveKit would not start with it, as a phrase; empty if it would
 */
public record KeyLines(List<Line> lines, String problem) {

    private static final int MANY_KINDS = 12;

    /**
     * @param key        the name, as something that can be shown
     * @param characters how long the secret is
     * @param kinds      how many different characters it has
     * @param pair       empty if the secret is too short, or holds what none should
     */
    public record Line(String key, int characters, int kinds, Optional<SigningKey> pair) {

        boolean isDevelopment() {
            return pair.map(SigningKey::secret).equals(Optional.of(development().secret()));
        }

        boolean isShort() {
            return characters < ApiSecret.MIN_CHARACTERS;
        }

        /** Such as {@code aaaa…} or {@code 1234…}: what a generator makes has more. */
        boolean isMonotonous() {
            return kinds < MANY_KINDS;
        }
    }

    private static SigningKey development() {
        return new DevelopmentRing().read().orElseThrow().ring().active();
    }

    public static KeyLines of(KeyFile file, Instant now) {
        return read(file.text(), now);
    }

    /** @param text of a key file; a problem quotes nothing of it */
    public static KeyLines read(String text, Instant now) {
        try {
            var root = new Yaml().compose(new StringReader(text));
            if (root == null) {
                return new KeyLines(List.of(), "it is empty");
            }
            if (!(root instanceof MappingNode mapping)) {
                return new KeyLines(List.of(), "it does not hold lines of 'KEY: secret'");
            }
            var lines = new ArrayList<Line>();
            for (var entry : mapping.getValue()) {
                if (!(entry.getKeyNode() instanceof ScalarNode key)
                        || !(entry.getValueNode() instanceof ScalarNode secret)) {
                    return new KeyLines(lines, "a line of it is not 'KEY: secret' (is it nested below 'keys:'?)");
                }
                lines.add(line(key.getValue(), secret.getValue(), now));
            }
            var names = lines.stream().map(Line::key).toList();
            return new KeyLines(lines, names.stream().distinct().count() < names.size() ? "a key is in it twice" : "");
        } catch (YAMLException e) { // its message quotes the line
            return new KeyLines(List.of(), "it is not YAML");
        }
    }

    /** One pair that came by itself, from the environment. */
    public static KeyLines pair(String key, String secret, Instant now) {
        return new KeyLines(List.of(line(key, secret, now)), "");
    }

    private static Line line(String key, String secret, Instant now) {
        var shown = Words.printable(key);
        var kinds = (int) secret.chars().distinct().count();
        try {
            var name = new ApiKey(key);
            return new Line(shown, secret.length(), kinds,
                    Optional.of(SigningKey.staged(name, ApiSecret.received(secret, name), now)));
        } catch (IllegalArgumentException e) {
            return new Line(shown, secret.length(), kinds, Optional.empty());
        }
    }

    /** Those that tokens can be signed with. */
    public List<SigningKey> pairs() {
        return lines.stream().flatMap(line -> line.pair().stream()).toList();
    }

    boolean sameSecretTwice() {
        var secrets = pairs().stream().map(SigningKey::secret).toList();
        return Stream.iterate(0, i -> i < secrets.size(), i -> i + 1)
                .anyMatch(i -> secrets.indexOf(secrets.get(i)) < i);
    }

    List<String> names() {
        return lines.stream().map(Line::key).toList();
    }
}
