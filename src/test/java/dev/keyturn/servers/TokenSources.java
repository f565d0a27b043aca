package dev.keyturn.servers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Token sources of livekit-client in Node, with a clock that a test turns. It needs node on PATH. */
public final class TokenSources implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final NodeScript script = NodeScript.start(
            "clients/sources.cjs", ServerBinary.CLIENTS.path(), Redirect.INHERIT);

    private TokenSources() {}

    public static TokenSources start() {
        return new TokenSources();
    }

    /** {@code TokenSource.endpoint(url, {headers})}, and so on. */
    public Source make(JsSdk version, String factory, Object... arguments) {
        return new Source(script.tell(Map.of("make", factory, "of", version.module(), "arguments", List.of(arguments)))
                .path("source").intValue());
    }

    /** Turns the clock of all that is there. */
    public void forward(Duration by) {
        script.tell(Map.of("forward", by.toSeconds()));
    }

    /** One token source. */
    public final class Source {

        private final int number;

        private Source(int number) {
            this.number = number;
        }

        /** @param options such as {@code roomName} */
        public Fetched fetch(Map<String, ?> options) {
            return fetch(options, false);
        }

        /** @param force a new token, whatever is cached; versions before 2.18 have no word for it */
        public Fetched fetch(Map<String, ?> options, boolean force) {
            return new Fetched(script.tell(Map.of("source", number, "fetch", options, "force", force)));
        }
    }

    /**
     * What a fetch came to.
     *
     * @param answer {@code value} or {@code error}, and what was {@code sent}
     */
    public record Fetched(JsonNode answer) {

        /** How many requests it took. */
        public int requests() {
            return answer.path("sent").size();
        }

        /** The last request: its url, method, headers and body. */
        public JsonNode sent() {
            return answer.path("sent").path(requests() - 1);
        }

        /** The text of what it threw; empty if it did not. */
        public String error() {
            return answer.path("error").asText();
        }

        /** @throws AssertionError if there is none */
        public String token() {
            if (!error().isEmpty()) {
                throw new AssertionError(error());
            }
            return answer.at("/value/participantToken").textValue();
        }

        private JsonNode claims() {
            try {
                return JSON.readTree(Base64.getUrlDecoder().decode(token().split("\\.")[1]));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Which key signed the token. */
        public String key() {
            return claims().path("iss").textValue();
        }

        /** Which room it opens. */
        public String room() {
            return claims().at("/video/room").textValue();
        }
    }

    @Override
    public void close() throws Exception {
        script.close();
    }
}
