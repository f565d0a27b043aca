package dev.keyturn.tokens;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;

/** Who may have which token. */
@ConfigMapping(prefix = "keyturn.policy")
public interface PolicyConfig {

    /**
     * The YAML file with the rules, read at start; see docs/policy.md. Without one nobody gets a token, but in
     * development everybody gets every token.
     */
    Optional<Path> file();

    /**
     * A secret for {@code {claim|hash}} in the rules: with it nobody can find out a hashed value by trying. Changing it
     * changes every hashed identity.
     */
    Optional<String> hashKey();
}
