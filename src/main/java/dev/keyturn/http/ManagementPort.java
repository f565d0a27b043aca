package dev.keyturn.http;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Says in a sentence that the management port is taken; the platform says it in a stack trace of sixty lines. */
@Singleton
class ManagementPort {

    static void check(@Observes StartupEvent event,
            @ConfigProperty(name = "quarkus.management.host-enabled", defaultValue = "true") boolean serving,
            @ConfigProperty(name = "quarkus.management.host", defaultValue = "0.0.0.0") String host,
            @ConfigProperty(name = "quarkus.management.port", defaultValue = "9000") int port) {
        if (!serving || LaunchMode.current() != LaunchMode.NORMAL) {
            return;
        }
        try {
            new ServerSocket(port, 1, InetAddress.getByName(host)).close();
        } catch (IOException e) {
            throw new ConfigurationException("quarkus.management.port: " + host + ":" + port
                    + " cannot be listened on, it seems to be in use (" + e.getMessage() + ")");
        }
    }
}
