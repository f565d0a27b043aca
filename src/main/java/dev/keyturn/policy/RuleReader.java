package dev.keyturn.policy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;

/** Reads one rule of a policy file. */
record RuleReader(Problems problems, ClaimHash hash) {

    static final List<String> WORDS = List.of(
            "name", "for", "rooms", "identity", "participant_name", "participant_metadata", "participant_attributes",
            "grants", "may_set", "agents", "room_config", "ttl", "rate");

    static final Duration SHORTEST_TTL = Duration.ofSeconds(30);
    static final Duration LONGEST_TTL = Duration.ofHours(24);

    private static final Duration DEFAULT_TTL = Duration.ofMinutes(10);
    private static final Pattern RATE = Pattern.compile("([1-9][0-9]{0,5})/(.+)");

    /** {@code null} if something is wrong. */
    Rule read(Node node, int order) {
        int before = problems.count();
        var section = new Section(node, problems, "a rule", WORDS);
        var templates = new TemplateReader(problems, hash);
        var names = new NameReader(problems, templates);
        for (var word : List.of("name", "for", "rooms")) {
            if (node instanceof MappingNode && !section.has(word)) {
                problems.add(node, "a rule needs its \"" + word + "\"");
            }
        }
        var name = names.rule(section);
        var audience = section.read("for", new AudienceReader(problems)::read).orElse(null);
        var rooms = section.read("rooms", names::rooms).orElse(null);
        var identity = section.read("identity", names::pattern).orElseGet(names::subject);
        var maySet = section.read("may_set", new MaySetReader(problems)::read).orElse(MaySet.NOTHING);
        var participant = new ParticipantTerms(
                section.read("participant_name", templates::text).orElse(null),
                section.read("participant_metadata", templates::metadata).orElse(null),
                section.read("participant_attributes", templates::texts).orElse(Map.of()),
                maySet);
        var grants = section.read("grants", given -> new GrantsReader(problems).read(given, audience))
                .orElse(VideoGrants.PARTICIPANT);
        var agents = new AllowedAgents(
                section.list("agents").stream().map(names::agent).filter(Objects::nonNull).toList());
        var roomConfig = section.read("room_config", new RoomConfigReader(problems)::read).orElse(RoomConfig.NONE);
        var ttl = section.read("ttl", this::ttl).orElse(DEFAULT_TTL);
        var rate = section.read("rate", this::rate);
        if (problems.count() == before) {
            new RoomConfigReader(problems).checkAgents(node, roomConfig.agents(), agents);
            checkAttributes(section, participant);
            checkAnonymous(section, audience, rooms, identity, participant, agents);
        }
        return problems.count() > before ? null : new Rule(
                name, order, node.getStartMark().getLine() + 1, audience, rooms, identity, participant, grants,
                new RoomConfigTerms(roomConfig, agents, maySet), ttl, rate);
    }

    private Duration ttl(Node node) {
        var text = new Values(problems).text(node);
        var ttl = text == null ? null : DurationText.parse(text);
        if (text != null && (ttl == null || ttl.compareTo(SHORTEST_TTL) < 0 || ttl.compareTo(LONGEST_TTL) > 0)) {
            problems.add(node, "a ttl is from 30s to 24h, written as 90s, 10m or 2h: \"" + text + "\" is not");
            return null;
        }
        return ttl;
    }

    private Rate rate(Node node) {
        var text = new Values(problems).text(node);
        var parts = RATE.matcher(text == null ? "" : text);
        var period = parts.matches() ? DurationText.parse(parts.group(2)) : null;
        if (text != null && (period == null || period.compareTo(LONGEST_TTL) > 0)) {
            problems.add(node, "a rate is a number of tokens and a time up to 24h, as 30/1m: \"" + text + "\" is not");
        }
        return period == null ? null : new Rate(Integer.parseInt(parts.group(1)), period);
    }

    private void checkAttributes(Section section, ParticipantTerms participant) {
        for (var key : participant.attributes().keySet()) {
            if (participant.maySet().fields().contains("participant_attributes." + key)) {
                problems.add(section.get("may_set"), "participant_attributes." + key
                        + " is set by the rule itself, so a request can never set it");
            }
        }
    }

    /** Who showed no bearer token has no claims. */
    private void checkAnonymous(Section section, Audience audience, Rooms rooms, NamePattern identity,
            ParticipantTerms participant, AllowedAgents agents) {
        if (!audience.includesAnonymous()) {
            return;
        }
        if (identity.usesClaims()) {
            problems.add(section.node(), "anonymous callers have no claims to make the identity " + identity
                    + " of: say one, like identity: \"guest-*\"");
        }
        var claims = audience.kind() == Audience.Kind.ANONYMOUS
                && (rooms.patterns().stream().anyMatch(NamePattern::usesClaims)
                        || agents.allowed().stream().anyMatch(agent -> agent.name().usesClaims())
                        || participant.usesClaims());
        if (claims) {
            problems.add(section.node(), "anonymous callers have no claims; this rule uses some, in braces");
        }
    }
}
