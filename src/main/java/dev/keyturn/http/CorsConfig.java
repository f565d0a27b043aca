package dev.keyturn.http;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;
import java.util.Set;

/** Which web pages may call. */
@ConfigMapping(prefix = "keyturn.cors")
public interface CorsConfig {

    /**
     * The origins of the pages that may call from a browser, each exactly as a browser sends it
     * ({@code https://app.example.com}). In development {@code :*} stands for any port,
     * or none.
     */
    Optional<Set<String>> origins();
}
