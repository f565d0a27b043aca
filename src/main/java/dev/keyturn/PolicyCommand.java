package dev.keyturn;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.keyturn.policy.Caller;
import dev.keyturn.policy.Decision;
import dev.keyturn.policy.Explanation;
import dev.keyturn.policy.Policy;
import dev.keyturn.policy.PolicyException;
import dev.keyturn.policy.RoomConfig;
import dev.keyturn.policy.TokenRequest;
import dev.keyturn.policy.VideoGrant;
import dev.keyturn.policy.VideoGrants;
import dev.keyturn.tokens.BadBodyException;
import dev.keyturn.tokens.TokenRequestReader;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code keyturn policy}: looks at a policy file, without a server. */
@Command(
        name = "policy",
        description = "Check a policy file, or explain what a caller would get by it. No server is asked.",
        subcommands = {PolicyCommand.Check.class, PolicyCommand.Explain.class},
        synopsisSubcommandLabel = "(check | explain)",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  keyturn policy check policy.yaml",
            "  keyturn policy explain policy.yaml --anonymous"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it can be used, the caller gets a token", "1:something is wrong with the policy",
            "2:a file cannot be read, or it was called wrongly", "3:the caller is refused"
        })
public final class PolicyCommand implements Callable<Integer> {

    static final int GRANTED = 0;
    static final int WRONG_POLICY = 1;
    static final int UNREADABLE = 2;
    static final int REFUSED = 3;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return UNREADABLE;
    }

    /** What cannot be read: a file, or the JSON in it. */
    private static final class UnreadableException extends Exception {

        UnreadableException(String sentence) {
            super(sentence);
        }
    }

    /** Each subcommand as the same three endings: done, a wrong policy, an unreadable file. */
    private abstract static class OnPolicy implements Callable<Integer> {

        @Parameters(paramLabel = "FILE", description = "The policy, YAML; - is the standard input.")
        private Path file;

        @Spec
        CommandSpec spec;

        abstract int run(Policy policy) throws UnreadableException;

        @Override
        public final Integer call() {
            var err = spec.commandLine().getErr();
            try {
                return run(Policy.read(file.toString(), new String(bytes(file), StandardCharsets.UTF_8)));
            } catch (PolicyException wrong) {
                err.println(wrong.getMessage());
                return WRONG_POLICY;
            } catch (UnreadableException unreadable) {
                err.println(unreadable.getMessage());
                return UNREADABLE;
            }
        }

        void print(String text) {
            spec.commandLine().getOut().println(text.stripTrailing());
            spec.commandLine().getOut().flush();
        }

        /** @param file {@code -} is standard input */
        static byte[] bytes(Path file) throws UnreadableException {
            try {
                return file.toString().equals("-") ? System.in.readAllBytes() : Files.readAllBytes(file);
            } catch (IOException cause) {
                throw new UnreadableException("cannot read " + file + ": " + cause.getClass().getSimpleName());
            }
        }
    }

    @Command(
            name = "check",
            description = "Say whether a policy file can be used, and what in it may not be meant.",
            mixinStandardHelpOptions = true,
            footerHeading = "%nExamples:%n",
            footer = {
                "  keyturn policy check policy.yaml",
                "  keyturn policy check - < policy.yaml"
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:it can be used", "1:something is wrong with it", "2:it cannot be read"})
    static final class Check extends OnPolicy {

        @Override
        int run(Policy policy) {
            policy.warnings().forEach(warning -> print("warning: " + warning));
            int rules = policy.ruleNames().size();
            int credentials = policy.credentialsRuleNames().size();
            print("ok: " + rules + (rules == 1 ? " rule" : " rules")
                    + (credentials == 0 ? "" : ", " + credentials + " for credentials")
                    + ", longest ttl " + shown(policy.longestTtl())
                    + (policy.warnings().isEmpty() ? "" : ", " + policy.warnings().size() + " warnings"));
            return GRANTED;
        }

        private static String shown(Duration ttl) {
            return ttl.toString().substring(2).toLowerCase(Locale.ROOT);
        }
    }

    @Command(
            name = "explain",
            description = "Say what a caller would get, a token or an agent's credentials, and which rule decides.",
            mixinStandardHelpOptions = true,
            footerHeading = "%nExamples:%n",
            footer = {
                "  keyturn policy explain policy.yaml --anonymous",
                "  keyturn policy explain policy.yaml --claims claims.json --body body.json",
                "  echo '{\"iss\": \"https://id.example.com\", \"sub\": \"ada\", \"tenant\": \"acme\"}' |",
                "    keyturn policy explain policy.yaml --claims - --json",
                "  keyturn policy explain policy.yaml --claims claims.json --credentials",
                "",
                "Hashed claims are shown as they are where keyturn.policy.hash-key is not set."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:the caller gets a token, or the credentials", "1:something is wrong with the policy",
                "2:a file cannot be read, or an option is wrong", "3:the caller is refused"
            })
    @RegisterForReflection(targets = { // what it writes as JSON
        Explanation.Step.class, Explanation.Outcome.class, Decision.Reason.class, VideoGrants.class, VideoGrant.class,
        RoomConfig.class, RoomConfig.AgentDispatch.class
    })
    static final class Explain extends OnPolicy {

        private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

        @Option(names = "--claims", paramLabel = "FILE",
                description = "The claims of the caller's bearer token, a JSON object; - is the standard input.")
        private Path claims;

        @Option(names = "--anonymous", description = "The caller has no bearer token.")
        private boolean anonymous;

        @Option(names = "--issuer", paramLabel = "ISS",
                description = "The issuer of the bearer token (default: its iss).")
        private String issuer;

        @Option(names = "--body", paramLabel = "FILE",
                description = "The body of POST /token, JSON; - is the standard input (default: an empty one).")
        private Path body;

        @Option(names = "--credentials",
                description = "Explain GET /agent/credentials, the key pair for agents, in place of POST /token.")
        private boolean credentials;

        @Option(names = "--json", description = "Print JSON, one object.")
        private boolean json;

        @Override
        int run(Policy policy) throws UnreadableException {
            var explanation = explanation(policy);
            print(json ? json(explanation) : explanation.toString());
            return explanation.decision() instanceof Decision.Refused ? REFUSED : GRANTED;
        }

        private Explanation explanation(Policy policy) throws UnreadableException {
            if (credentials && body != null) {
                throw new UnreadableException("who asks for credentials sends no body: say either --credentials or"
                        + " --body");
            }
            return credentials ? policy.explainCredentials(caller())
                    : policy.explain(caller(), body == null ? TokenRequest.ANYTHING : request(bytes(body)));
        }

        private Caller caller() throws UnreadableException {
            if (anonymous == (claims != null)) {
                throw new UnreadableException("who asks? say either --claims or --anonymous");
            }
            if (anonymous) {
                return Caller.ANONYMOUS;
            }
            var all = read(bytes(claims), new TypeReference<Map<String, Object>>() {}, "the claims are no JSON object");
            var iss = issuer != null ? issuer : String.valueOf(all.getOrDefault("iss", ""));
            if (iss.isEmpty()) {
                throw new UnreadableException("the claims have no iss: add it, or say --issuer");
            }
            return new Caller(iss, all);
        }

        private static <T> T read(byte[] text, TypeReference<T> type, String wrong) throws UnreadableException {
            try {
                var value = JSON.readValue(text, type);
                if (value != null) {
                    return value;
                }
            } catch (IOException noJson) {
                throw new UnreadableException(wrong + ": " + firstLine(noJson));
            }
            throw new UnreadableException(wrong);
        }

        private static String firstLine(IOException cause) {
            return cause instanceof JacksonException json ? json.getOriginalMessage() : cause.getMessage();
        }

        private static TokenRequest request(byte[] body) throws UnreadableException {
            try {
                return TokenRequestReader.read(body).request();
            } catch (BadBodyException bad) {
                throw new UnreadableException("the endpoint would answer this body with 400: " + bad.getMessage());
            }
        }

        private static String json(Explanation explanation) throws UnreadableException {
            var result = new LinkedHashMap<String, Object>();
            if (explanation.decision() instanceof Decision.Granted granted) {
                var grant = granted.grant();
                result.put("decision", "granted");
                result.put("rule", granted.rule());
                result.put("room", grant.room());
                result.put("identity", grant.identity());
                result.put("name", grant.name());
                result.put("metadata", grant.metadata());
                result.put("attributes", grant.attributes());
                result.put("video", grant.video());
                result.put("room_config", grant.roomConfig());
                result.put("ttl_seconds", grant.ttl().toSeconds());
            } else if (explanation.decision() instanceof Decision.Credentials given) {
                result.put("decision", "granted");
                result.put("rule", given.rule());
                given.agentName().ifPresent(name -> result.put("agent_name", name));
            } else if (explanation.decision() instanceof Decision.Refused refused) {
                result.put("decision", "refused");
                refused.rule().ifPresent(rule -> result.put("rule", rule));
                result.put("reason", refused.reason());
                refused.field().ifPresent(field -> result.put("field", field));
                result.put("detail", refused.detail());
            }
            result.put("rules", explanation.steps());
            try {
                return JSON.writeValueAsString(result);
            } catch (JacksonException cause) {
                throw new UnreadableException("cannot write JSON: " + cause.getOriginalMessage());
            }
        }
    }
}
