package dev.keyturn;

import dev.keyturn.agents.AgentsConfig;
import dev.keyturn.agents.ExecConfig;
import dev.keyturn.callers.CallersConfig;
import dev.keyturn.file.FileRingConfig;
import dev.keyturn.file.FileTargetConfig;
import dev.keyturn.http.CorsConfig;
import dev.keyturn.http.HttpConfig;
import dev.keyturn.keys.RingConfig;
import dev.keyturn.kubernetes.KubernetesTargetConfig;
import dev.keyturn.policy.Spelling;
import dev.keyturn.rotation.RotationConfig;
import dev.keyturn.tokens.IntrospectionConfig;
import dev.keyturn.tokens.LiveKitConfig;
import dev.keyturn.tokens.PolicyConfig;
import dev.keyturn.tokens.WebhooksConfig;
import dev.keyturn.tracing.TracingConfig;
import dev.keyturn.vault.VaultRingConfig;
import dev.keyturn.vault.VaultTargetConfig;
import io.smallrye.config.ConfigMappings.ConfigClass;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Every {@code keyturn.*} word, as the rooms' configuration interfaces have it. A {@code *} in a word stands for a name
 * of the operator's choice.
 */
final class KnownWords {

    /** The rooms' interfaces. A test holds that none is missing. */
    static final List<Class<?>> MAPPINGS = List.of(LiveKitConfig.class, RingConfig.class, FileRingConfig.class,
            VaultRingConfig.class, CallersConfig.class, PolicyConfig.class, HttpConfig.class, CorsConfig.class,
            RotationConfig.class, VaultTargetConfig.class, FileTargetConfig.class, KubernetesTargetConfig.class,
            IntrospectionConfig.class, WebhooksConfig.class, AgentsConfig.class, ExecConfig.class, TracingConfig.class);

    private static final String A_NAME = "(?:[^.\"]+|\"[^\"]+\")";
    private static final Pattern SEGMENT = Pattern.compile("(?:[^.\"]|\"[^\"]*\")+");

    /** Words to their defaults; a word without one is mapped to {@code null}. */
    private final Map<String, String> words = new TreeMap<>();
    private final Pattern property;
    private final Pattern variable;

    KnownWords() {
        for (var mapping : MAPPINGS) {
            ConfigClass.configClass(mapping).getProperties().forEach((name, value) -> {
                // neither an item of a list, nor a map that has its own words
                if (!name.endsWith("[*]") && !name.endsWith(".*")) {
                    words.put(name, value);
                }
            });
        }
        property = anyOf(words.keySet().stream().map(word -> literal(word, A_NAME) + "(?:\\[[0-9]+])?"));
        variable = anyOf(words.keySet().stream().map(word -> literal(variable(word), ".+") + "(?:_[0-9]+_)?"));
    }

    private static Pattern anyOf(Stream<String> alternatives) {
        return Pattern.compile(String.join("|", alternatives.toList()));
    }

    private static String literal(String word, String name) {
        return Pattern.quote(word).replace("*", "\\E" + name + "\\Q");
    }

    /** The environment variable of a property, as MicroProfile Config has it. */
    static String variable(String property) {
        return property.replaceAll("[^A-Za-z0-9*]", "_").toUpperCase(Locale.ROOT);
    }

    Map<String, String> defaults() {
        return words;
    }

    boolean hasProperty(String name) {
        return property.matcher(name).matches();
    }

    boolean hasVariable(String name) {
        return variable.matcher(name).matches();
    }

    /** What was meant by a property that is not known. */
    Optional<String> nearProperty(String wrong) {
        var segments = SEGMENT.matcher(wrong).results().map(found -> found.group()).toList();
        return Spelling.nearest(wrong, named(segments.size() > 3 ? segments.get(3) : "<name>", words.keySet()));
    }

    /** What was meant by an environment variable that is not known. */
    Optional<String> nearVariable(String wrong) {
        var segments = wrong.split("_");
        var variables = words.keySet().stream().map(KnownWords::variable).toList();
        return Spelling.nearest(wrong, named(segments.length > 4 ? segments[3] : "<NAME>", variables));
    }

    /** The words with the name that the operator chose, so that it does not count as a slip. */
    private static List<String> named(String name, Collection<String> words) {
        return words.stream().map(word -> word.replace("*", name)).toList();
    }
}
