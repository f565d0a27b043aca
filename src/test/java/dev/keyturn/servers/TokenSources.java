package dev.keyturn.servers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Token sources of livekit-client in Node, with a clock that a test turns. It needs node on PATH. */
public final class TokenSources implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final BufferedReader answers;

    private TokenSources(Process process) {
        this.process = process;
        this.answers = process.inputReader();
    }

    public static TokenSources start() {
        var builder = new ProcessBuilder("node", AgentSdk.ours("clients/sources.cjs"))
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("NODE_PATH", ServerBinary.CLIENTS.path().toString());
        try {
            return new TokenSources(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code TokenSource.endpoint(url, {headers})}, and so on. */
    public Source make(JsSdk version, String factory, Object... arguments) {
        return new Source(tell(Map.of("make", factory, "of", version.module(), "arguments", List.of(arguments)))
                .path("source").intValue());
    }

    /** Turns the clock of all that is there. */
    public void forward(Duration by) {
        tell(Map.of("forward", by.toSeconds()));
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
            return new Fetched(tell(Map.of("source", number, "fetch", options, "force", force)));
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

    private synchronized JsonNode tell(Map<String, ?> what) {
        try {
            var input = process.getOutputStream();
            input.write(JSON.writeValueAsBytes(what));
            input.write('\n');
            input.flush();
            var line = answers.readLine();
            if (line == null) {
                throw new IllegalStateException("the token sources have ended");
            }
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws Exception {
        process.getOutputStream().close();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
