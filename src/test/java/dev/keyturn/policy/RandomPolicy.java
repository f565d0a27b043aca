package dev.keyturn.policy;

import dev.keyturn.policy.RoomConfig.AgentDispatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** Rules, callers and requests out of few words, so that they often meet. Reproducible from its seed. */
final class RandomPolicy {

    private static final List<String> ISSUERS = List.of("i1", "i2", "i3");
    private static final List<String> CLAIMS = List.of("role", "plan", "deep/tenant");
    private static final List<Object> VALUES = List.of("red", "blue", "a:b", 1L, 2L, true);
    private static final List<String> ROOMS =
            List.of("*", "lobby", "red:*", "{plan}:*", "{role}:{plan}:*", "*:{deep/tenant}", "{role}",
                    "x{plan|hash}y*");
    private static final List<String> NAMES =
            List.of("lobby", "red:1", "blue:red:1", "1:true:x", "q:blue", "red", "\n");
    private static final List<String> IDENTITIES = List.of("{sub}", "*", "guest-*", "{sub}/*", "{role|hash}");

    final Random random;
    private final ClaimHash hash = new ClaimHash(new byte[0]);

    RandomPolicy(long seed) {
        random = new Random(seed);
    }

    <T> T any(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    private <T> Set<T> some(List<T> values) {
        var some = new HashSet<T>();
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            some.add(any(values));
        }
        return some;
    }

    Policy policy(int size) {
        var rules = new ArrayList<Rule>();
        for (int i = 0; i < size; i++) {
            rules.add(rule(i));
        }
        var credentials = new ArrayList<CredentialsRule>();
        for (int i = random.nextInt(4); i > 0; i--) {
            credentials.add(new CredentialsRule("agent-" + i, size + i, audience(),
                    oneIn(2) ? Optional.empty() : Optional.of(pattern(any(List.of("helper", "{role}-helper"))))));
        }
        return new Policy(rules, credentials, List.of(), () -> "fresh" + random.nextInt());
    }

    private Rule rule(int order) {
        boolean chosen = !oneIn(6);
        var maySet = new MaySet(oneIn(3) ? Set.of() : some(MaySet.WORDS));
        var rooms = some(chosen ? ROOMS : List.of("*", "{plan}:*")).stream().map(this::pattern).toList();
        var allowed = new AllowedAgents(
                oneIn(2) ? List.of() : List.of(new AllowedAgents.Allowed(pattern("help*"), List.of())));
        var given = new RoomConfig("", null, null, oneIn(2) ? 5L : null, "", null, null, null,
                oneIn(2) ? List.of() : List.of(new AgentDispatch("own", "", "", Map.of())), Map.of());
        return new Rule("rule-" + order, order, order + 2,
                audience(), new Rooms(rooms, chosen), pattern(any(IDENTITIES)),
                new ParticipantTerms(null, null,
                        oneIn(2) ? Map.of() : Map.of("plan", Template.parse("{plan}", hash)), maySet),
                VideoGrants.PARTICIPANT, new RoomConfigTerms(given, allowed, maySet),
                Duration.ofSeconds(30 + random.nextInt(1000)), Optional.empty());
    }

    private NamePattern pattern(String text) {
        return NamePattern.of(Template.parse(text, hash));
    }

    private Audience audience() {
        if (oneIn(8)) {
            return new Audience(oneIn(2) ? Audience.Kind.ANONYMOUS : Audience.Kind.ANYONE, Set.of(), Map.of());
        }
        var claims = new HashMap<ClaimName, ClaimCondition>();
        for (var claim : CLAIMS) {
            switch (random.nextInt(6)) {
                case 0, 1 -> claims.put(new ClaimName(claim), new ClaimCondition.OneOf(new HashSet<>(some(VALUES))));
                case 2 -> claims.put(new ClaimName(claim), oneIn(2)
                        ? new ClaimCondition.Present(oneIn(2)) : new ClaimCondition.Like("*e*"));
                default -> { }
            }
        }
        return new Audience(Audience.Kind.AUTHENTICATED, oneIn(3) ? Set.of() : some(ISSUERS), claims);
    }

    Caller caller() {
        if (oneIn(8)) {
            return Caller.ANONYMOUS;
        }
        var claims = new HashMap<String, Object>();
        claims.put("sub", "somebody" + random.nextInt(3));
        claim(claims, "role");
        claim(claims, "plan");
        var deep = new HashMap<String, Object>();
        claim(deep, "tenant");
        claims.put("deep", deep);
        return new Caller(oneIn(8) ? "i9" : any(ISSUERS), claims);
    }

    private void claim(Map<String, Object> claims, String name) {
        switch (random.nextInt(5)) {
            case 0 -> { }
            case 1 -> claims.put(name, List.of(any(VALUES), any(VALUES)));
            case 2 -> claims.put(name, 1.0);
            default -> claims.put(name, any(VALUES));
        }
    }

    TokenRequest request() {
        return new TokenRequest(
                oneIn(3) ? "" : any(NAMES),
                oneIn(2) ? "" : any(List.of("somebody0", "guest-1", "somebody1/phone")),
                oneIn(3) ? "Name" : "",
                oneIn(6) ? "metadata" : "",
                oneIn(4) ? Map.of(any(List.of("lang", "plan")), "x") : Map.of(),
                oneIn(2) ? RoomConfig.NONE : new RoomConfig("", null, null,
                        oneIn(2) ? null : (long) random.nextInt(8), "",
                        null, null, oneIn(8) ? true : null,
                        oneIn(3)
                                ? List.of(new AgentDispatch(any(List.of("helper", "own", "evil")), "", "", Map.of()))
                                : List.of(),
                        oneIn(8) ? Map.of("t", "v") : Map.of()));
    }
}
