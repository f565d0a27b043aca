package dev.keyturn;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SysPropConfigSource;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Stops the start at a {@code keyturn.*} word that nobody knows: a misspelt setting would otherwise be one that
 * silently does not hold. Properties of every profile are looked at, and environment variables too.
 */
class UnknownWords {

    private static final Pattern PROPERTY = Pattern.compile("(?:%[^.]+\\.)?(keyturn(?:\\..*)?)");
    private static final Pattern VARIABLE = Pattern.compile("(?:_[A-Z0-9]+_)?(KEYTURN_.*)"); // %dev. is _DEV_

    /** What Kubernetes puts into a container's environment for each Service whose name begins with ours. */
    private static final Pattern SERVICE = Pattern.compile(
            "KEYTURN_(?:.*_)?(?:SERVICE_HOST|SERVICE_PORT(?:_.+)?"
                    + "|PORT_[0-9]+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)");
    private static final Pattern SERVICE_PORT = Pattern.compile("KEYTURN_(?:.*_)?PORT");
    private static final Pattern SERVICE_ADDRESS = Pattern.compile("(?:tcp|udp|sctp)://.*");

    private final KnownWords known = new KnownWords();

    /** The first of the observers: nothing should have begun, whatever it is that runs. */
    void check(@Observes @Priority(1) StartupEvent event, Config config) {
        check(config.unwrap(SmallRyeConfig.class).getConfigSources());
    }

    /** @throws ConfigurationException with a sentence for each unknown word */
    void check(Iterable<ConfigSource> sources) {
        var sentences = new TreeSet<String>();
        for (var source : sources) {
            for (var name : source.getPropertyNames()) {
                if (source instanceof EnvConfigSource) {
                    checkVariable(name, source, sentences);
                } else {
                    checkProperty(name, source, sentences);
                }
            }
        }
        if (!sentences.isEmpty()) {
            throw new ConfigurationException(String.join(System.lineSeparator(), sentences)
                    + System.lineSeparator() + "Nothing was started. docs/configuration.md lists every setting.");
        }
    }

    private void checkProperty(String name, ConfigSource source, TreeSet<String> sentences) {
        var ours = PROPERTY.matcher(name);
        if (ours.matches() && !ours.group(1).startsWith("keyturn.test.") && !known.hasProperty(ours.group(1))) {
            sentences.add(name + " (" + place(source) + ") is no setting of Keyturn"
                    + known.nearProperty(ours.group(1)).map(near -> "; did you mean " + near + "?").orElse("."));
        }
    }

    /** Where to look for the slip: a file, or the command line. */
    private static String place(ConfigSource source) {
        return source instanceof SysPropConfigSource
                ? "-D"
                : source.getName().replaceAll("^\\w+\\[source=(.*)]$", "$1");
    }

    private void checkVariable(String name, ConfigSource source, TreeSet<String> sentences) {
        var ours = VARIABLE.matcher(name);
        if (ours.matches() && !ours.group(1).startsWith("KEYTURN_TEST_") && !known.hasVariable(ours.group(1))
                && !isOfAService(ours.group(1), source)) {
            sentences.add("The environment variable " + name + " is no setting of Keyturn"
                    + known.nearVariable(ours.group(1)).map(near -> "; did you mean " + near + "?").orElse("."));
        }
    }

    private static boolean isOfAService(String name, ConfigSource source) {
        var value = source.getValue(name);
        return SERVICE.matcher(name).matches() || SERVICE_PORT.matcher(name).matches() && value != null
                && SERVICE_ADDRESS.matcher(value).matches(); // a KEYTURN_HTTP_PORT=8080 is a slip
    }
}
