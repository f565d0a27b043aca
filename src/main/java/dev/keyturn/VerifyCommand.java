package dev.keyturn;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.tokens.TokenReader;
import dev.keyturn.tokens.TokenReader.Reading;
import jakarta.enterprise.inject.Instance;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code keyturn verify}: what is in a token, whether it is valid, and which key of the ring signed it. */
@Command(
        name = "verify",
        description = "Say what is in a token, whether LiveKit would take it, and which key of the ring signed it.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  keyturn token --room standup --identity alice | keyturn verify",
            "  keyturn verify --json token.jwt",
            "  curl -s -X POST http://localhost:8080/token | keyturn verify",
            "",
            "Exit codes: 0 it is valid, 1 it is not, or there is no ring to look into, 2 called wrongly."
        })
class VerifyCommand implements Callable<Integer> {

    @Parameters(arity = "0..1", paramLabel = "FILE", defaultValue = "-",
            description = "The file with the token, or with what POST /token answered; - is the standard input (default)."
                    + " Never the token itself.")
    String file;

    @Option(names = "--json", description = "Print JSON, one object.")
    boolean json;

    @Spec
    CommandSpec spec;

    private final Instance<KeyRingStore> store;
    private final Clock clock;

    VerifyCommand(Instance<KeyRingStore> store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    @Override
    public Integer call() throws KeyRingStoreException {
        var ring = StoredRing.require(store.get());
        var reading = TokenReader.read(token(TextInput.read(file).strip()), ring, clock.instant());
        spec.commandLine().getOut().println(json ? asJson(reading) : asText(reading));
        return reading.isValid() ? 0 : 1;
    }

    /** A token begins with what is no JSON; an answer without one is a refusal, and says why. */
    private static String token(String text) {
        try {
            var answer = new ObjectMapper().readTree(text);
            if (answer.isObject() && !answer.has("participant_token")) {
                throw new CommandFailedException("there is no token in it: "
                        + answer.path("detail").asText(answer.path("title").asText("it is another JSON object")));
            }
            return answer.path("participant_token").asText(text);
        } catch (JsonProcessingException itself) {
            return text;
        }
    }

    private static String asJson(Reading reading) {
        var answer = new ObjectMapper().createObjectNode().put("valid", reading.isValid());
        reading.problem().ifPresent(problem -> answer.put("problem", problem));
        reading.key().ifPresent(key -> answer.put("key", key.key().value()).put("state", key.state().name()));
        return answer.<ObjectNode>set("claims", reading.claims()).toPrettyString();
    }

    private String asText(Reading reading) {
        var claims = reading.claims();
        return reading.problem().map(problem -> "Not valid: " + problem).orElse("Valid")
                + reading.key().map(key -> "\nKey       " + key.key() + " (" + key.state() + ")").orElse("")
                + "\nExpires   " + when(claims.path("exp").asLong())
                + "\nIdentity  " + claims.path("sub").asText("-")
                + "\nRoom      " + claims.path("video").path("room").asText("-")
                + "\nClaims    " + claims.toPrettyString();
    }

    private String when(long exp) {
        if (exp < 0 || exp > Instant.MAX.getEpochSecond()) {
            return "at no time that there is";
        }
        var left = exp - clock.instant().getEpochSecond();
        return Instant.ofEpochSecond(exp) + (left >= 0 ? " (in " + left + " s)" : " (" + -left + " s ago)");
    }
}
