package dev.keyturn.callers;

import java.util.List;

/** Where an issuer shows its keys. */
sealed interface KeySource permits JwksEndpoint, PublicKeyFile {

    /** The largest answer or file that is read, in bytes. */
    int LARGEST = 1024 * 1024;

    /**
     * Reads the keys as they are now. May block, for as long as the source's own time limit.
     *
     * @throws KeysNotFetchedException if that did not work out
     */
    List<VerificationKey> fetch() throws KeysNotFetchedException;

    /** The source that a checked configuration names. */
    static KeySource of(String issuerName, CallersConfig.IssuerConfig config) {
        return config.jwksUrl().<KeySource>map(url -> new JwksEndpoint(issuerName, url, config))
                .orElseGet(() -> new PublicKeyFile(config.publicKeyFile().orElseThrow()));
    }
}
