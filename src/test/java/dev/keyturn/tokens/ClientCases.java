package dev.keyturn.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What LiveKit's client SDKs send, and how they judge what is answered: src/test/resources/clients, taken from the
 * sources that each names.
 *
 * @param sdk   the whole file
 * @param asked one of its cases: the {@code options} of an application, by JavaScript's names, and the {@code body}
 *              that the SDK makes of them
 */
public record ClientCases(JsonNode sdk, JsonNode asked) {

    private static final Path FOLDER = Path.of("src/test/resources/clients");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** All cases of all SDKs. */
    public static List<ClientCases> all() {
        try (var files = Files.list(FOLDER)) {
            return files.sorted().flatMap(ClientCases::in).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those of one SDK. */
    public static List<ClientCases> of(String name) {
        return in(FOLDER.resolve(name + ".json")).toList();
    }

    private static Stream<ClientCases> in(Path file) {
        try {
            var sdk = JSON.readTree(file.toFile());
            return StreamSupport.stream(sdk.path("cases").spliterator(), false)
                    .map(asked -> new ClientCases(sdk, asked));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The token that the SDK finds in an answer; empty where it throws. */
    Optional<String> token(int status, String answered) {
        var judged = sdk.path("answer");
        var is2xx = status >= 200 && status < 300;
        if (!is2xx && judged.path("status").asText().equals("2xx")) {
            return Optional.empty();
        }
        return first(judged.path("server_url"), answered)
                .flatMap(url -> first(judged.path("participant_token"), answered));
    }

    private static Optional<String> first(JsonNode names, String answered) {
        try {
            var answer = JSON.readTree(answered);
            return StreamSupport.stream(names.spliterator(), false).map(name -> answer.path(name.asText()))
                    .filter(JsonNode::isTextual).map(JsonNode::textValue).findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return sdk.path("sdk").asText() + " " + asked.path("options");
    }
}
