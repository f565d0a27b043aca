package dev.keyturn.policy;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One rule of the file: whom it is for, and what they get.
 *
 * @param order how many rules stand before it
 * @param line  of the file, where it begins
 */
record Rule(
        String name,
        int order,
        int line,
        Audience audience,
        Rooms rooms,
        NamePattern identity,
        ParticipantTerms participant,
        VideoGrants video,
        RoomConfigTerms roomConfig,
        Duration ttl,
        Optional<Rate> rate) implements AnyRule {

    /** What the caller, whom this rule is for, gets in a room of this rule. */
    Decision grant(Caller caller, TokenRequest request, String room, Supplier<String> fresh) {
        try {
            check(Decision.Reason.ROOM, "room_name", room);
            var grant = new Grant(
                    room,
                    identity(caller, request.identity(), fresh),
                    participant.name(caller, request.name()),
                    participant.metadata(caller, request.metadata()),
                    participant.attributes(caller, request.attributes()),
                    video,
                    roomConfig.with(request.roomConfig(), caller),
                    ttl);
            Limits.check(grant);
            return new Decision.Granted(name, grant, rate);
        } catch (Refusal refusal) {
            return refusal.by(name);
        }
    }

    private String identity(Caller caller, String asked, Supplier<String> fresh) {
        var filled = identity.fill(caller);
        if (filled instanceof NamePattern.Unfit unfit) {
            throw new Refusal(Decision.Reason.CLAIM, "", "no identity can be made: " + unfit.sentence());
        }
        var fit = (NamePattern.Fit) filled;
        if (asked.isEmpty()) {
            return fit.pick(fresh);
        }
        if (!fit.covers(asked)) {
            throw new Refusal(Decision.Reason.IDENTITY, "participant_identity",
                    "participant_identity is not one that this caller may have; leave it out to get one");
        }
        check(Decision.Reason.IDENTITY, "participant_identity", asked);
        return asked;
    }

    private static void check(Decision.Reason reason, String field, String asked) {
        var why = ClaimValue.unfitForName(asked);
        if (why != null) {
            throw new Refusal(reason, field, field + " " + why);
        }
    }

    /** This rule, where a claim may not hold what delimits it in another pattern of the policy. */
    Rule forbidding(Map<String, String> inRooms, Map<String, String> inIdentities) {
        var guarded = rooms.patterns().stream().map(pattern -> pattern.forbidding(inRooms)).toList();
        return new Rule(name, order, line, audience, new Rooms(guarded, rooms.chosen()),
                identity.forbidding(inIdentities), participant, video, roomConfig, ttl, rate);
    }
}
