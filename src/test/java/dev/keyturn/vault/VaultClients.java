package dev.keyturn.vault;

import io.quarkus.vault.client.VaultClient;
import io.quarkus.vault.client.http.vertx.VertxVaultHttpClient;
import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClient;
import java.time.Duration;

/** Clients as quarkus-vault makes them from its configuration, without Quarkus around them. */
final class VaultClients {

    /** Long enough for a busy machine: only tests of the limit itself set a shorter one. */
    static final Duration TIMEOUT = Duration.ofSeconds(20);

    private static final Vertx VERTX = Vertx.vertx();

    private VaultClients() {}

    static VaultClient.Builder at(String url) {
        return VaultClient.builder()
                .baseUrl(url)
                .executor(new VertxVaultHttpClient(WebClient.create(VERTX)))
                .requestTimeout(TIMEOUT);
    }

    /** A store at {@code secret/PATH} that shows this token. */
    static VaultKeyRingStore store(String url, String token, String path) {
        return new VaultKeyRingStore(at(url).clientToken(token).build(), "secret", path, TIMEOUT);
    }

    /** A target at field {@code keys.yaml} of {@code secret/PATH} that shows this token. */
    static VaultTarget target(String url, String token, String path) {
        return new VaultTarget(at(url).clientToken(token).build(), "secret", path, "keys.yaml", TIMEOUT);
    }
}
