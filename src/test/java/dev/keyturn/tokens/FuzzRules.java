package dev.keyturn.tokens;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A policy twice: as YAML for the program, and read naively by hand in Java, so that {@link TokenFuzzTest} can say
 * independently who may have what. It shares no code with the policy's room.
 */
final class FuzzRules {

    static final String A = "https://a.example";
    static final String B = "https://b.example";

    static final String YAML = """
            rules:
              - name: suspended
                for: {issuer: "https://a.example", claims: {status: suspended}}
                rooms: {fresh: help-}
                identity: "suspended/{sub}"
                grants: {canPublish: false}
                ttl: 90s
              - name: admin
                for: {issuer: "https://a.example", claims: {role: admin, tenant: {present: true}}}
                rooms: ["t/{tenant}:*", lobby]
                participant_name: "{name}"
                participant_attributes: {tenant: "{tenant}", role: admin}
                grants: {roomAdmin: true, canUpdateOwnMetadata: true}
                may_set: [participant_metadata, room_config]
                agents: ["*"]
                ttl: 1h
              - name: member
                for: {issuer: "https://a.example", claims: {tenant: {present: true}}}
                rooms: ["t/{tenant}:*"]
                participant_attributes: {tenant: "{tenant}"}
                may_set: [participant_name, participant_attributes.lang, room_config.max_participants, room_config.tags]
                agents: [helper, {name: "bot-*", deployments: [staging]}]
                room_config: {max_participants: 50, tags: {plan: basic}}
                ttl: 5m
              - name: level
                for: {issuer: "https://a.example", claims: {level: [5, "7", true]}}
                rooms: ["level-{level}/*", stairs]
                ttl: 2m
              - name: teacher
                for: {issuer: "https://b.example", claims: {realm_access/roles: teacher}}
                rooms: ["class-*"]
                identity: "teacher/{sub}"
                grants: {roomAdmin: true}
                may_set: [room_config.max_participants, room_config.empty_timeout]
                room_config: {max_participants: 40, departure_timeout: 300}
              - name: student
                for: {issuer: "https://b.example", claims: {class: {present: true}}}
                rooms: ["class-{class}"]
                identity: "student/{sub}"
                grants: {canPublishSources: [microphone, camera]}
              - name: patient
                for: {issuer: "https://b.example", claims: {visit: {present: true}}}
                rooms: ["visit/{visit|hash}"]
                identity: "patient/{sub|hash}"
                participant_metadata: "{plan}"
                room_config: {agents: [{agent_name: nurse, deployment: ward}], sync_streams: true}
                ttl: 15m
              - name: speaker
                for: {issuer: ["https://a.example", "https://b.example"], claims: {groups: [speakers, hosts]}}
                rooms: ["webinar-*"]
                identity: "speaker/{sub}/*"
                may_set: [participant_name, participant_metadata, participant_attributes]
                ttl: 24h
              - name: staff
                for: {issuer: "https://b.example", claims: {email: {pattern: "*@staff.example"}}}
                rooms: ["support-*", "t/{tenant}:support"]
                identity: "staff/{email}"
                agents: [{name: helper, deployments: ["*"]}]
              - name: unnamed
                for: {claims: {email: {present: false}, vip: true}}
                rooms: fresh
                identity: "*"
                grants: {hidden: true}
              - name: lobby
                for: authenticated
                rooms: lobby
                identity: "in-lobby/{sub}"
                ttl: 30s
              - name: viewer
                for: anonymous
                rooms: ["webinar-*"]
                identity: "viewer/*"
                grants: {canPublish: false}
                may_set: [participant_name]
                ttl: 5m
              - name: guest
                for: anyone
                rooms: ["guests-*"]
                identity: "guest-*"
            """;

    /** A name that begins and ends so, and if it is open holds anything between. */
    record Name(String head, String tail, boolean open) {

        static Name of(String text) {
            return new Name(text, "", false);
        }

        static Name open(String head) {
            return new Name(head, "", true);
        }

        boolean covers(String name) {
            return open ? name.startsWith(head) && name.endsWith(tail) : name.equals(head);
        }
    }

    /** Who asks; {@code claims} are empty without a bearer. */
    record Who(String issuer, Map<String, Object> claims) {

        Object claim(String name) {
            return claims.get(name);
        }

        boolean isFrom(String... issuers) {
            return List.of(issuers).contains(issuer);
        }

        boolean has(String claim, Object... values) {
            var value = claim(claim);
            var all = value instanceof Collection<?> list ? list : value == null ? List.of() : List.of(value);
            return all.stream().anyMatch(
                    one -> List.of(values).contains(one instanceof Integer i ? (Object) (long) i : one));
        }

        /** As it may stand in a name, or {@code null}. */
        String inName(String claim, String forbidden) {
            var text = text(claim);
            return text == null || text.isEmpty() || text.contains("*") || !isClean(text)
                    || forbidden.chars().anyMatch(c -> text.indexOf(c) >= 0) ? null : text;
        }

        String text(String claim) {
            var value = claim(claim);
            return value instanceof String || value instanceof Integer || value instanceof Long
                    || value instanceof Boolean
                    ? value.toString() : null;
        }

        String hash(String claim) {
            var text = text(claim);
            if (text == null) {
                return null;
            }
            try {
                var digest = MessageDigest.getInstance("SHA-256")
                        .digest((issuer + "\0" + text).getBytes(StandardCharsets.UTF_8));
                var name = new StringBuilder();
                for (int i = 0; i < 22; i++) {
                    name.append("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                            .charAt((digest[i] & 0xff) % 62));
                }
                return name.toString();
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** No control character. */
    static boolean isClean(String text) {
        return text.chars().noneMatch(c -> c < 0x20 || c >= 0x7f && c < 0xa0 || c == 0x2028 || c == 0x2029);
    }

    /**
     * A rule. A name that is {@code null}, or a room that is, does not exist for this caller.
     *
     * @param choosable whether a request may name a room
     */
    record Rule(String name, Predicate<Who> who, boolean choosable,
            Function<Who, List<Name>> rooms, Function<Who, Name> identity,
            Function<Who, String> ownName, Function<Who, String> ownMetadata,
            Function<Who, Map<String, String>> ownAttributes,
            Set<String> maySet, BiPredicate<String, String> agents, Set<String> grants, Set<String> sources,
            Map<String, Object> roomConfig, long ttl) {

        Rule identity(Function<Who, Name> identity) {
            return new Rule(name, who, choosable, rooms, identity, ownName, ownMetadata, ownAttributes,
                    maySet, agents, grants, sources, roomConfig, ttl);
        }

        Rule own(Function<Who, String> name, Function<Who, String> metadata,
                Function<Who, Map<String, String>> attributes) {
            return new Rule(this.name, who, choosable, rooms, identity, name, metadata, attributes,
                    maySet, agents, grants, sources, roomConfig, ttl);
        }

        Rule maySet(String... fields) {
            return new Rule(name, who, choosable, rooms, identity, ownName, ownMetadata, ownAttributes,
                    Set.of(fields), agents, grants, sources, roomConfig, ttl);
        }

        Rule agents(BiPredicate<String, String> agents) {
            return new Rule(name, who, choosable, rooms, identity, ownName, ownMetadata, ownAttributes,
                    maySet, agents, grants, sources, roomConfig, ttl);
        }

        Rule grants(String... grants) {
            return new Rule(name, who, choosable, rooms, identity, ownName, ownMetadata, ownAttributes,
                    maySet, agents, Set.of(grants), sources, roomConfig, ttl);
        }

        Rule sources(String... sources) {
            return new Rule(name, who, choosable, rooms, identity, ownName, ownMetadata, ownAttributes,
                    maySet, agents, grants, Set.of(sources), roomConfig, ttl);
        }

        Rule roomConfig(Map<String, Object> roomConfig) {
            return new Rule(name, who, choosable, rooms, identity, ownName, ownMetadata, ownAttributes,
                    maySet, agents, grants, sources, roomConfig, ttl);
        }

        Rule fresh() {
            return new Rule(name, who, false, rooms, identity, ownName, ownMetadata, ownAttributes,
                    maySet, agents, grants, sources, roomConfig, ttl);
        }

        List<Name> roomsOf(Who caller) {
            return rooms.apply(caller).stream().filter(room -> room.head() != null).toList();
        }
    }

    private static Rule rule(String name, long ttl, Predicate<Who> who, Function<Who, Stream<Name>> rooms) {
        return new Rule(name, who, true, rooms.andThen(Stream::toList), caller -> Name.of(caller.inName("sub", "/")),
                caller -> "", caller -> "", caller -> Map.of(), Set.of(), (agent, deployment) -> false,
                Set.of("roomJoin", "canPublish", "canSubscribe", "canPublishData"), Set.of(), Map.of(), ttl);
    }

    private static String join(String head, String claim, String tail) {
        return claim == null ? null : head + claim + tail;
    }

    private static String orNothing(String text) {
        return text == null ? "" : text;
    }

    private static String tenant(Who caller) {
        return caller.inName("tenant", ":");
    }

    private static Map<String, String> present(String... pairs) {
        return Stream.iterate(0, i -> i < pairs.length, i -> i + 2).filter(i -> pairs[i + 1] != null)
                .collect(Collectors.toMap(i -> pairs[i], i -> pairs[i + 1]));
    }

    /**
     * The rules above, in their order. What delimits a claim in one room or identity is forbidden to it in all of them.
     */
    static final List<Rule> RULES = List.of(
            rule("suspended", 90, who -> who.isFrom(A) && who.has("status", "suspended"),
                    who -> Stream.of(Name.open("help-")))
                    .fresh().identity(who -> Name.of(join("suspended/", who.inName("sub", "/"), "")))
                    .grants("roomJoin", "canSubscribe"),
            rule("admin", 3600, who -> who.isFrom(A) && who.has("role", "admin") && who.claim("tenant") != null,
                    who -> Stream.of(Name.open(join("t/", tenant(who), ":")), Name.of("lobby")))
                    .own(who -> orNothing(who.text("name")), who -> "",
                            who -> present("tenant", who.text("tenant"), "role", "admin"))
                    .grants("roomJoin", "canPublish", "canSubscribe", "canPublishData", "roomAdmin",
                            "canUpdateOwnMetadata")
                    .maySet("participant_metadata", "room_config").agents((agent, deployment) -> deployment.isEmpty()),
            rule("member", 300, who -> who.isFrom(A) && who.claim("tenant") != null,
                    who -> Stream.of(Name.open(join("t/", tenant(who), ":"))))
                    .own(who -> "", who -> "", who -> present("tenant", who.text("tenant")))
                    .maySet("participant_name", "participant_attributes.lang",
                            "room_config.max_participants", "room_config.tags")
                    .agents((agent, deployment) -> agent.equals("helper") && deployment.isEmpty()
                            || agent.startsWith("bot-") && Set.of("", "staging").contains(deployment))
                    .roomConfig(Map.of("max_participants", 50L, "tags", Map.of("plan", "basic"))),
            rule("level", 120, who -> who.isFrom(A) && who.has("level", 5L, "7", true),
                    who -> Stream.of(Name.open(join("level-", who.inName("level", "/"), "/")), Name.of("stairs"))),
            rule("teacher", 600, who -> who.isFrom(B) && who.claim("realm_access") instanceof Map<?, ?> access
                    && (access.get("roles") instanceof List<?> roles
                            ? roles.contains("teacher") : "teacher".equals(access.get("roles"))),
                    who -> Stream.of(Name.open("class-")))
                    .identity(who -> Name.of(join("teacher/", who.inName("sub", "/"), "")))
                    .grants("roomJoin", "canPublish", "canSubscribe", "canPublishData", "roomAdmin")
                    .maySet("room_config.max_participants", "room_config.empty_timeout")
                    .roomConfig(Map.of("max_participants", 40L, "departure_timeout", 300L)),
            rule("student", 600, who -> who.isFrom(B) && who.claim("class") != null,
                    who -> Stream.of(Name.of(join("class-", who.inName("class", ""), ""))))
                    .identity(who -> Name.of(join("student/", who.inName("sub", "/"), "")))
                    .sources("microphone", "camera"),
            rule("patient", 900, who -> who.isFrom(B) && who.claim("visit") != null,
                    who -> Stream.of(Name.of(join("visit/", who.hash("visit"), ""))))
                    .identity(who -> Name.of(join("patient/", who.hash("sub"), "")))
                    .own(who -> "", who -> orNothing(who.text("plan")), who -> Map.of())
                    .roomConfig(Map.of("sync_streams", true, "agents", List.of("nurse@ward"))),
            rule("speaker", 86_400, who -> who.isFrom(A, B) && who.has("groups", "speakers", "hosts"),
                    who -> Stream.of(Name.open("webinar-")))
                    .identity(who -> Name.open(join("speaker/", who.inName("sub", "/"), "/")))
                    .maySet("participant_name", "participant_metadata", "participant_attributes"),
            rule("staff", 600, who -> who.isFrom(B)
                            && who.claim("email") instanceof String email && email.endsWith("@staff.example"),
                    who -> Stream.of(Name.open("support-"), Name.of(join("t/", tenant(who), ":support"))))
                    .identity(who -> Name.of(join("staff/", who.inName("email", ""), "")))
                    .agents((agent, deployment) -> agent.equals("helper")),
            rule("unnamed", 600, who -> who.isFrom(A, B) && who.claim("email") == null && who.has("vip", true),
                    who -> Stream.of(Name.open("")))
                    .fresh().identity(who -> Name.open(""))
                    .grants("roomJoin", "canPublish", "canSubscribe", "canPublishData", "hidden"),
            rule("lobby", 30, who -> who.isFrom(A, B), who -> Stream.of(Name.of("lobby")))
                    .identity(who -> Name.of(join("in-lobby/", who.inName("sub", "/"), ""))),
            rule("viewer", 300, who -> who.issuer().isEmpty(), who -> Stream.of(Name.open("webinar-")))
                    .identity(who -> Name.open("viewer/"))
                    .grants("roomJoin", "canSubscribe").maySet("participant_name"),
            rule("guest", 600, who -> true, who -> Stream.of(Name.open("guests-")))
                    .identity(who -> Name.open("guest-")));

    /** The one rule that decides, or {@code null}. */
    static Rule decides(Who caller, String room) {
        for (var rule : RULES) {
            if (rule.who().test(caller) && (room.isEmpty()
                    || rule.choosable() && rule.roomsOf(caller).stream().anyMatch(one -> one.covers(room)))) {
                return rule;
            }
        }
        return null;
    }

    private FuzzRules() {}
}
