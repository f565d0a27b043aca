package dev.keyturn.tokens;

import dev.keyturn.callers.TestIssuer;
import dev.keyturn.tokens.FuzzRules.Who;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random callers and bodies, the same for the same seed, and near enough to the rules to meet each of them often. */
final class FuzzRequests {

    private static final int BEARERS = 1_000;
    private static final String BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private static final List<String> ROOMS = List.of("lobby", "stairs", "t/acme:board", "t/acme:", "t/acme",
            "t/globex:x", "t/a:b:c", "t/:x", "t/*:x", "t/{tenant}:x", "t/acme:support", "level-5/x", "level-7/",
            "level-true/y", "level-5", "class-1", "class-2", "class-", "webinar-a", "webinar-", "Webinar-a",
            "support-1", "help-me", "guests-1", "visit/1", "*", "x", " ", "t/acme:\u00e9\ud83d\ude00",
            "t/acme:\u0001", "class-\u2028", "webinar-" + "w".repeat(248), "webinar-" + "w".repeat(249),
            "support-" + "\u00e9".repeat(125));
    private static final List<String> IDENTITIES = List.of("ann", "bob", "a/b", "teacher/ann", "student/ann",
            "speaker/ann/tab", "speaker/ann/", "speaker/bob/1", "viewer/1", "guest-1", "guest-",
            "staff/ann@staff.example", "in-lobby/ann", "suspended/ann", "*", "x\u0000",
            "viewer/" + "v".repeat(250), "patient/1");
    private static final List<Object> VALUES = List.of("ann", "bob", "a/b", "a:b", "*", "", "acme", "globex",
            "lobby", 5, 7, "5", "7", true, false,
            List.of("acme"), List.of(), Map.of("x", 1), "\u0007", "\u00e9", -1);

    final Random random;
    private final TestIssuer[] issuers;
    private final List<Bearer> known = new ArrayList<>();
    private final List<Bearer> bad = new ArrayList<>();

    /** @param who {@code null} if it must be refused */
    record Bearer(List<String> authorization, Who who) {}

    /** @param intact whether it is a body without any fault, so that only the rules decide */
    record Body(byte[] bytes, boolean intact) {}

    FuzzRequests(long seed, TestIssuer a, TestIssuer b) {
        random = new Random(seed);
        issuers = new TestIssuer[] {a, b};
        for (int i = 0; i < BEARERS; i++) {
            known.add(good());
        }
        for (var issuer : issuers) {
            for (var claims : List.of(Map.of("exp", 1_000_000_000L), Map.of("aud", "payments"),
                    Map.of("iss", "https://c.example"), Map.of("exp", "soon"), Map.of("nbf", 99_999_999_999L))) {
                bad.add(refused("Bearer " + issuer.bearer(claims)));
            }
        }
    }

    private <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private boolean once(int in) {
        return random.nextInt(in) == 0;
    }

    private Bearer good() {
        var issuer = issuers[random.nextInt(2)];
        var claims = new HashMap<String, Object>();
        claim(claims, "sub", 8, any(List.of("ann", "bob", "a/b", "eve")));
        claim(claims, "tenant", 2, any(List.of("acme", "globex", "a:b", "lobby")));
        claim(claims, "role", 3, any(List.of("admin", "user", List.of("user", "admin"))));
        claim(claims, "status", 8, "suspended");
        claim(claims, "name", 2, any(List.of("Ann", "B\u00f6b \"x\"", "")));
        claim(claims, "level", 4, any(List.of(5, 7, "7", "5", true)));
        claim(claims, "realm_access", 3,
                Map.of("roles", any(List.of(List.of("teacher"), List.of("pupil"), "teacher"))));
        claim(claims, "class", 3, any(List.of("1", 2, "a b")));
        claim(claims, "visit", 4, any(List.of("v1", 9)));
        claim(claims, "plan", 3, any(List.of("pro", 3)));
        claim(claims, "groups", 3, any(List.of("speakers", List.of("x", "hosts"), List.of())));
        claim(claims, "email", 2, any(List.of("ann@staff.example", "ann@evil.example", "staff.example")));
        claim(claims, "vip", 3, any(List.of(true, "true")));
        var header = "Bearer " + issuer.bearer(claims);
        return new Bearer(List.of(header), new Who(issuer.issuer(), claims));
    }

    /** Most bearers have it as it should be, some as it should not. */
    private void claim(Map<String, Object> claims, String name, int rarity, Object value) {
        var wanted = name.equals("sub") ? !once(20) : once(rarity);
        if (wanted) {
            claims.put(name, once(12) && !name.equals("sub") ? any(VALUES) : value);
        } else if (name.equals("sub")) {
            claims.put(name, once(2) ? "" : "*");
        }
    }

    Bearer bearer() {
        return switch (random.nextInt(20)) {
            case 0, 1, 2 -> new Bearer(List.of(), new Who("", Map.of()));
            case 3, 4 -> any(bad);
            case 5 -> refused(mutated(any(known).authorization.get(0)));
            case 6 -> refused(garbage(200));
            case 7 -> new Bearer(List.of(any(known).authorization.get(0), any(known).authorization.get(0)), null);
            default -> any(known);
        };
    }

    private static Bearer refused(String authorization) {
        return new Bearer(List.of(authorization), null);
    }

    /** One character of the token is another one; not the last of a part, where it may stand for the same bytes. */
    private String mutated(String authorization) {
        var begin = "Bearer ".length();
        while (true) {
            int at = begin + random.nextInt(authorization.length() - begin - 1);
            if (authorization.charAt(at) != '.' && authorization.charAt(at + 1) != '.') {
                var old = BASE64URL.indexOf(authorization.charAt(at));
                var other = BASE64URL.charAt((old + 1 + random.nextInt(63)) % 64);
                return authorization.substring(0, at) + other + authorization.substring(at + 1);
            }
        }
    }

    /** Characters that may stand in a header. */
    private String garbage(int most) {
        var text = new StringBuilder(once(2) ? "Bearer " : "");
        for (int i = random.nextInt(most); i > 0; i--) {
            text.append((char) (' ' + 1 + random.nextInt(94)));
        }
        return text.toString();
    }

    Body body() {
        var intact = valid();
        return switch (random.nextInt(12)) {
            case 0 -> new Body(mutated(intact), false);
            case 1 -> new Body(noise(), false);
            case 2 -> new Body(any(List.of("", "null", " {} ", "[]", "0", "{\"kind\": 1}", "{\"hidden\": true}",
                    "{\"room_name\": [[[]]]}", "[".repeat(500), "{\"room_config\": {\"egress\": {\"room\": {}}}}",
                    "{\"roomName\": \"x\", \"room_name\": \"lobby\"}", "{\"room_name\": \"\\ud800\"}"))
                    .getBytes(StandardCharsets.UTF_8), false);
            default -> new Body(intact, true);
        };
    }

    private byte[] noise() {
        var bytes = new byte[random.nextInt(100)];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] mutated(byte[] body) {
        var bytes = body.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(3)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes = at == 0 ? bytes : Arrays.copyOf(bytes, at);
                default -> bytes[at] = (byte) "{}[]\":,\\u0 9nul".charAt(random.nextInt(15));
            }
        }
        return bytes;
    }

    private byte[] valid() {
        var body = new LinkedHashMap<String, Object>();
        field(body, 2, "room_name", "roomName", any(ROOMS));
        field(body, 5, "participant_identity", "participantIdentity", any(IDENTITIES));
        field(body, 8, "participant_name", "participantName",
                any(List.of("Ann", "", "n".repeat(257), "\u00e9\ud83d\ude00")));
        field(body, 8, "participant_metadata", "participantMetadata", any(List.of("m", "", "{\"a\": 1}")));
        field(body, 8, "participant_attributes", "participantAttributes",
                any(List.of(Map.of("lang", "en"), Map.of(), Map.of("lang", "de", "tenant", "x"),
                        Map.of("role", "admin"))));
        field(body, 5, "room_config", "roomConfig", roomConfig());
        field(body, 9, "unknown", "roomAdministrator", any(VALUES));
        return FuzzAsked.JSON.valueToTree(body).toString().getBytes(StandardCharsets.UTF_8);
    }

    private Map<String, Object> roomConfig() {
        var config = new LinkedHashMap<String, Object>();
        field(config, 3, "max_participants", "maxParticipants", any(List.of(0, 1, 39, 40, 41, 50, 51, 4_294_967_295L)));
        field(config, 6, "empty_timeout", "emptyTimeout", any(List.of(0, 60)));
        field(config, 9, "departure_timeout", "departureTimeout", any(List.of(0, 300, 301)));
        field(config, 9, "min_playout_delay", "minPlayoutDelay", 10);
        field(config, 9, "sync_streams", "syncStreams", once(2));
        field(config, 9, "name", "name", any(List.of("", "other")));
        field(config, 6, "tags", "tags", any(List.of(Map.of(), Map.of("t", "u"), Map.of("plan", "pro"))));
        field(config, 2, "agents", "agents", agents());
        return config;
    }

    private List<Map<String, Object>> agents() {
        var agents = new ArrayList<Map<String, Object>>();
        while (!once(2)) {
            var agent = new LinkedHashMap<String, Object>();
            field(agent, 1, "agent_name", "agentName", any(List.of("helper", "bot-1", "bot-", "nurse", "spy", "")));
            field(agent, 3, "deployment", "deployment", any(List.of("staging", "", "ward")));
            field(agent, 3, "metadata", "metadata", "hello");
            field(agent, 3, "attributes", "attributes", Map.of("voice", "low"));
            agents.add(agent);
        }
        return agents;
    }

    private void field(Map<String, Object> object, int rarity, String snake, String camel, Object value) {
        if (once(rarity)) {
            object.put(once(2) ? snake : camel, once(15) ? null : value);
        }
    }
}
