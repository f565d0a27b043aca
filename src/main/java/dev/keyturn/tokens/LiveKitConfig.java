package dev.keyturn.tokens;

import io.smallrye.config.ConfigMapping;
import java.net.URI;
import java.util.Optional;

/** The LiveKit that the tokens are for. */
@ConfigMapping(prefix = "keyturn.livekit")
public interface LiveKitConfig {

    /**
     * The address of LiveKit as clients reach it, given to them as {@code server_url}: absolute, {@code wss} or
     * {@code ws} ({@code https} and {@code http} work too). Needed in production; in development
     * {@code ws://localhost:7880}, where {@code livekit-server --dev} listens.
     */
    Optional<URI> url();
}
