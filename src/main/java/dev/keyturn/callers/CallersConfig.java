package dev.keyturn.callers;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who may ask: the issuers whose bearer tokens are believed, and whether somebody without one may ask at all. */
@ConfigMapping(prefix = "keyturn.callers")
public interface CallersConfig {

    /**
     * Whether a request without an `Authorization` header is let through to the policy, as an anonymous caller. A bad
     * bearer token is refused all the same.
     */
    @WithDefault("false")
    @WithConverter(TrueOrFalse.class)
    boolean anonymous();

    /**
     * How many verified bearer tokens are remembered until they expire. One that is longer than 2 KiB counts for each
     * 2 KiB it has begun. From 1 to 1,000,000.
     */
    @WithDefault("10000")
    int cacheSize();

    /** The trusted issuers, by a name of your choice; the name is what logs and metrics call the issuer. */
    Map<String, IssuerConfig> issuers();

    /** One trusted issuer. Exactly one of `jwks-url` and `public-key-file` says where its keys are. */
    interface IssuerConfig {

        /** The exact `iss` of its tokens, compared character by character; no two issuers share one. */
        String issuer();

        /**
         * Where its JSON Web Key Set is: `https`, or `http` on a loopback host. Redirects are not followed. Fetched in
         * the background at start, every `refresh`, and at most every 30 seconds when a token names an unknown key.
         */
        Optional<URI> jwksUrl();

        /**
         * A file with its public key as PEM (`PUBLIC KEY` or `CERTIFICATE`), or its keys as a JWK Set. Read at start,
         * when it must be there, and every `refresh`. A PEM key verifies tokens of any `kid`; of a certificate only the
         * key counts, not its dates.
         */
        Optional<Path> publicKeyFile();

        /** The audiences that mean this server; a token's `aud` must name at least one (RFC 8725, section 3.9). */
        List<String> audiences();

        /**
         * The signature algorithms this issuer uses, and no others are accepted (RFC 8725, section 3.1): `RS256`,
         * `RS384`, `RS512`, `PS256`, `PS384`, `PS512`, `ES256`, `ES384`, `ES512`, `EdDSA`. Neither `none` nor an HMAC.
         */
        @WithDefault("RS256")
        Set<String> algorithms();

        /** How far the issuer's clock may be off, for `exp`, `nbf` and `iat`. In whole seconds, from 0 to 5 minutes. */
        @WithDefault("30s")
        Duration leeway();

        /**
         * The `typ` that every token must have (RFC 8725, section 3.11), such as `at+jwt`; with or without
         * `application/`, in either case. Unless set, a token has `JWT`, `at+jwt` or none: not, say, `logout+jwt`.
         */
        Optional<String> type();

        /**
         * How often the keys are fetched again, give or take a tenth; at most 30 seconds after a failure. From 10
         * seconds to 1 day.
         */
        @WithDefault("5m")
        Duration refresh();

        /** PEM certificates of the authorities trusted for `jwks-url`, instead of the system's. Read at start. */
        Optional<Path> caFile();

        /**
         * A file with a bearer token for `jwks-url`, as a Kubernetes API server asks for; read at every fetch, for such
         * tokens change.
         */
        Optional<Path> bearerFile();

        /** How long one fetch of the keys may take in all. From 100 milliseconds to 1 minute. */
        @WithDefault("5s")
        Duration timeout();
    }
}
