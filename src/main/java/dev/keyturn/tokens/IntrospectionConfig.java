package dev.keyturn.tokens;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;
import java.util.Set;

/** Who may ask what is in a token. */
@ConfigMapping(prefix = "keyturn.introspection")
public interface IntrospectionConfig {

    /**
     * The issuers, by their names in {@code keyturn.callers.issuers}, whose callers may ask {@code POST /introspect};
     * all of them unless set. Anonymous callers never may.
     */
    Optional<Set<String>> issuers();
}
