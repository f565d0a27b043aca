package dev.keyturn.http;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vertx.http.security.CORS;
import io.quarkus.vertx.http.security.HttpSecurity;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * CORS for LiveKit's SDKs in a browser: exact origins and the headers they send one by one, because {@code *} does not
 * cover {@code authorization}; the headers of an error that a page needs are exposed; never credentials.
 */
@Singleton
class Cors {

    /** RFC 6454 §6.2, as browsers send it: lower case, no path, no slash at the end. */
    private static final Pattern ORIGIN =
            Pattern.compile("[a-z][a-z0-9+.-]*://(?:[a-z0-9._-]+|\\[[0-9a-f:]+])(?::[0-9]{1,5})?");

    private static final Set<String> HEADERS =
            Set.of("authorization", "content-type", "x-sandbox-id", "traceparent", "tracestate", "baggage");

    void allow(@Observes HttpSecurity security, CorsConfig config,
            @ConfigProperty(name = "quarkus.http.cors.origins") Optional<Set<String>> platform,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving) {
        if (!serving) {
            return; // a command does not fail over a page that may not call
        }
        var origins = new HashSet<>(platform.orElse(Set.of())); // in development, the platform's own page
        config.origins().orElse(Set.of()).forEach(origin -> origins.add(checked(origin)));
        security.cors(CORS.builder()
                .origins(origins)
                .methods(Set.of("POST"))
                .headers(HEADERS)
                .exposedHeaders(Set.of("Retry-After", "WWW-Authenticate"))
                .accessControlAllowCredentials(false)
                .accessControlMaxAge(Duration.ofHours(2)) // the longest that Chromium keeps
                .build());
    }

    /** The origin in the words of the platform's filter, which takes a pattern between slashes. */
    static String checked(String origin) {
        var anyPort = origin.endsWith(":*");
        if (anyPort && LaunchMode.current() == LaunchMode.NORMAL) {
            throw new ConfigurationException(
                    "keyturn.cors.origins: '" + origin + "': any port is for development only");
        }
        var exact = anyPort ? origin.substring(0, origin.length() - 2) : origin;
        if (!ORIGIN.matcher(exact).matches()) {
            throw new ConfigurationException("keyturn.cors.origins: '" + origin + "' is no origin."
                    + " Write it as a browser sends it, such as https://app.example.com or http://localhost:5173:"
                    + " no path, no slash at the end, no wildcard");
        }
        return anyPort ? "/" + Pattern.quote(exact) + "(:[0-9]{1,5})?/" : exact;
    }
}
