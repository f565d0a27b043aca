package dev.keyturn.callers;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Where lines of the audit go: to the standard output ({@link AuditOutput}), or to the handlers that the configuration
 * gives to the category {@code keyturn.audit}, at once and by whom the line comes from.
 */
@Singleton
public class AuditLog {

    private final Logger category = Logger.getLogger("keyturn.audit");
    private volatile Optional<AuditOutput> output = Optional.empty();
    private volatile Optional<Consumer<String>> listener = Optional.empty();

    void open(@Observes @Priority(1) StartupEvent event,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving) {
        if (serving) { // a command decides nothing
            output = Optional.of(new AuditOutput(System.out));
        }
    }

    void close(@Observes ShutdownEvent event) {
        output.ifPresent(AuditOutput::close);
    }

    /** One line, without its end. */
    @FunctionalInterface
    interface Line {
        void writeTo(Writer out) throws IOException;
    }

    /** Has every line from now on said to this one too, by whom it comes from: in development, for its page. */
    public void alsoTo(Consumer<String> whom) {
        listener = Optional.of(whom);
    }

    /** @param line is asked for its text only where that is read, and perhaps on another thread */
    void write(Line line) {
        if (!category.isLoggable(Level.INFO)) {
            return;
        }
        var handled = category.getHandlers().length > 0;
        if (handled || category.getUseParentHandlers()) {
            category.info(text(line));
        }
        listener.ifPresent(whom -> whom.accept(text(line)));
        if (!handled) {
            output.ifPresent(standard -> standard.write(line));
        }
    }

    private static String text(Line line) {
        var text = new StringWriter(512);
        try {
            line.writeTo(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // nothing is written but memory
        }
        return text.toString();
    }
}
