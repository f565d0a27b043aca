package dev.keyturn.callers;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.function.Supplier;
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

    void open(@Observes @Priority(1) StartupEvent event,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving) {
        if (serving) { // a command decides nothing
            output = Optional.of(new AuditOutput(System.out));
        }
    }

    void close(@Observes ShutdownEvent event) {
        output.ifPresent(AuditOutput::close);
    }

    /** @param line costs its writing only where it is read, and perhaps on another thread */
    void write(Supplier<String> line) {
        if (!category.isLoggable(Level.INFO)) {
            return;
        }
        var handled = category.getHandlers().length > 0;
        if (handled || category.getUseParentHandlers()) {
            category.info(line.get());
        }
        if (!handled) {
            output.ifPresent(standard -> standard.write(line));
        }
    }
}
