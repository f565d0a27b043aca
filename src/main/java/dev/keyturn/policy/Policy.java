package dev.keyturn.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Who may have which token, and who the API key pair itself: two ordered lists of rules, of each of which the first
 * that matches decides. Immutable, and safe to share between threads.
 *
 * <p>A rule matches if it is for the caller and, where the request names a room, one of its room patterns covers that.
 * From there on nothing falls through to a later rule: a field that the rule does not let the request set is a refusal.
 * Without a rule that matches, nobody gets anything.
 */
public final class Policy {

    /** No rules: everything is refused, and so no name is ever made up. */
    public static final Policy NOTHING = new Policy(List.of(), List.of(), List.of(), () -> "");

    private final List<Rule> rules;
    private final List<CredentialsRule> credentials;
    private final List<String> warnings;
    private final RuleIndex index;
    private final Supplier<String> fresh;

    /** @param fresh gives names that nobody can guess */
    Policy(List<Rule> rules, List<CredentialsRule> credentials, List<String> warnings, Supplier<String> fresh) {
        var inRooms = new HashMap<String, String>();
        var inIdentities = new HashMap<String, String>();
        for (var rule : rules) {
            rule.rooms().patterns().forEach(pattern -> pattern.collectDelimiters(inRooms));
            rule.identity().collectDelimiters(inIdentities);
        }
        this.rules = rules.stream().map(rule -> rule.forbidding(inRooms, inIdentities)).toList();
        this.credentials = List.copyOf(credentials);
        this.warnings = List.copyOf(warnings);
        this.fresh = Objects.requireNonNull(fresh, "fresh");
        this.index = new RuleIndex(this.rules);
    }

    /**
     * The policy in a YAML file, whose words {@code docs/policy.md} explains.
     *
     * @param fileName what problems are reported under
     * @throws PolicyException if anything at all is wrong with it
     */
    public static Policy read(String fileName, String yaml) {
        return read(fileName, yaml, new byte[0]);
    }

    /**
     * As {@link #read(String, String)}, with {@code {claim|hash}} made by HMAC-SHA-256 under a key, so that a hash
     * cannot be found by trying values.
     *
     * @param hashKey 16 bytes or more, or none for a plain SHA-256
     * @throws IllegalArgumentException if the key is too short
     */
    public static Policy read(String fileName, String yaml, byte[] hashKey) {
        return read(fileName, yaml, new ClaimHash(hashKey), new FreshName());
    }

    static Policy read(String fileName, String yaml, ClaimHash hash, Supplier<String> fresh) {
        var problems = new Problems(fileName);
        var reader = new PolicyReader(problems, hash);
        reader.read(yaml);
        problems.throwIfAny();
        return new Policy(reader.rules(), reader.credentials(),
                Warnings.of(fileName, reader.rules(), reader.credentials()), fresh);
    }

    /**
     * For development: anybody may join any room as anybody, set every field, dispatch every agent and run one. No file
     * can say the last.
     */
    public static Policy development() {
        var anybody = new Audience(Audience.Kind.ANYONE, Set.of(), Map.of());
        return new Policy(read("development", """
                rules:
                  - name: development
                    for: anyone
                    rooms: ["*"]
                    identity: "*"
                    may_set: [participant_name, participant_metadata, participant_attributes, room_config]
                    agents: [{name: "*", deployments: ["*"]}]
                """).rules,
                List.of(new CredentialsRule("development-agents", 0, anybody, Optional.empty())), List.of(),
                new FreshName());
    }

    /** What this caller gets for this request. Takes the same time for one rule and for thousands; never throws. */
    public Decision decide(Caller caller, TokenRequest request) {
        var candidates = index.candidates(caller);
        boolean admitted = false;
        boolean elsewhere = false;
        NamePattern.Unfit unfit = null;
        while (candidates.hasNext()) {
            var rule = candidates.next();
            if (!rule.audience().admits(caller)) {
                continue;
            }
            var choice = rule.rooms().choose(caller, request.room(), fresh);
            if (choice instanceof Rooms.Room room) {
                return rule.grant(caller, request, room.name(), fresh);
            }
            admitted = true;
            if (choice instanceof Rooms.Unfillable unfillable) {
                if (request.room().isEmpty()) {
                    return noRoom(Optional.of(rule.name()), unfillable.unfit());
                }
                unfit = unfit == null ? unfillable.unfit() : unfit;
            } else {
                elsewhere = true;
            }
        }
        if (!admitted) {
            return noRule(caller);
        }
        return elsewhere ? notThisRoom() : noRoom(Optional.empty(), unfit);
    }

    private static Decision noRule(Caller caller) {
        return new Decision.Refused(Optional.empty(), Decision.Reason.NO_RULE, Optional.empty(), caller.isAnonymous()
                ? "no rule gives a token to a caller without a bearer token"
                : "no rule gives a token to this caller");
    }

    private static Decision notThisRoom() {
        return new Decision.Refused(Optional.empty(), Decision.Reason.ROOM, Optional.of("room_name"),
                "room_name is not a room that this caller may join");
    }

    private static Decision noRoom(Optional<String> rule, NamePattern.Unfit unfit) {
        return new Decision.Refused(
                rule, Decision.Reason.CLAIM, Optional.empty(), "there is no room for this caller: " + unfit.sentence());
    }

    /**
     * Whether this caller gets the API key pair, to run an agent: the first rule of {@code credentials} that is for the
     * caller decides. Never throws.
     */
    public Decision credentials(Caller caller) {
        return credentials.stream().filter(rule -> rule.audience().admits(caller)).findFirst()
                .map(rule -> rule.decide(caller))
                .orElseGet(() -> new Decision.Refused(Optional.empty(), Decision.Reason.NO_RULE, Optional.empty(),
                        "no rule gives the credentials of an agent to "
                                + (caller.isAnonymous() ? "a caller without a bearer token" : "this caller")));
    }

    /** As {@link #credentials}, and how each rule took part in it. */
    public Explanation explainCredentials(Caller caller) {
        var steps = new ArrayList<Explanation.Step>();
        boolean decided = false;
        for (var rule : credentials) {
            var step = Explanation.Step.of(rule, caller, decided);
            decided = decided || step.outcome() == Explanation.Outcome.DECIDED;
            steps.add(step);
        }
        return new Explanation(steps, credentials(caller));
    }

    /** The same decision, and how each rule took part in it. */
    public Explanation explain(Caller caller, TokenRequest request) {
        var steps = new ArrayList<Explanation.Step>();
        boolean decided = false;
        for (var rule : rules) {
            var step = Explanation.Step.of(rule, caller, request, decided);
            decided = decided || step.outcome() == Explanation.Outcome.DECIDED;
            steps.add(step);
        }
        return new Explanation(steps, decide(caller, request));
    }

    /** The longest time for which a token of any rule can be used to join; zero if there are no rules. */
    public Duration longestTtl() {
        return rules.stream().map(Rule::ttl).max(Duration::compareTo).orElse(Duration.ZERO);
    }

    /** What is allowed but may not be meant, each {@code file:line: sentence}. */
    public List<String> warnings() {
        return warnings;
    }

    /** The names of the rules that give tokens, in their order. */
    public List<String> ruleNames() {
        return rules.stream().map(Rule::name).toList();
    }

    /** The names of the rules that give credentials, in their order. */
    public List<String> credentialsRuleNames() {
        return credentials.stream().map(CredentialsRule::name).toList();
    }

    List<Rule> rules() {
        return rules;
    }

    List<CredentialsRule> credentialsRules() {
        return credentials;
    }
}
