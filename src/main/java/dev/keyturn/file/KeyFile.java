package dev.keyturn.file;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.ApiSecret;
import dev.keyturn.keys.KeyRing;
import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** LiveKit's {@code key_file}: lines of {@code KEY: secret} (pkg/config/config.go). */
public final class KeyFile {

    private KeyFile() {}

    /** All keys of the ring, oldest first. The secrets are quoted: LiveKit drops one that is all digits and is not. */
    public static String write(KeyRing ring) {
        return ring.keys().stream()
                .map(key -> key.key() + ": \""
                        + key.secret().reveal().replace("\\", "\\\\").replace("\"", "\\\"") + "\"\n")
                .collect(Collectors.joining());
    }

    /**
     * @throws IllegalArgumentException if it is none, or holds a pair that we would not take; quotes no secret
     */
    public static Map<ApiKey, ApiSecret> read(String text) {
        try {
            // the nodes, not the values: an all-digit secret is text, whatever YAML makes of it
            var root = new Yaml().compose(new StringReader(text));
            if (!(root instanceof MappingNode lines)) {
                throw new IllegalArgumentException("lines of 'KEY: secret' were expected, as in LiveKit's key file");
            }
            var pairs = new LinkedHashMap<ApiKey, ApiSecret>();
            for (var line : lines.getValue()) {
                if (!(line.getKeyNode() instanceof ScalarNode key)
                        || !(line.getValueNode() instanceof ScalarNode secret)) {
                    throw new IllegalArgumentException(
                            "lines of 'KEY: secret' were expected, as in LiveKit's key file");
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
