package dev.keyturn.policy;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Why a caller got what it got, for the one who writes the rules. Names rules and claims, so it is no answer to give to
 * the caller.
 *
 * @param steps one for each rule, in their order
 */
public record Explanation(List<Step> steps, Decision decision) {

    public Explanation {
        steps = List.copyOf(steps);
    }

    /** What became of a rule. */
    public enum Outcome {
        /** It is not for this caller. */
        NOT_FOR_CALLER,
        /** It is for the caller, but not for the room that was asked for. */
        NOT_FOR_ROOM,
        /** It was the first to match. */
        DECIDED,
        /** A rule before it had decided. */
        NOT_ASKED
    }

    /** @param why a sentence; empty if the outcome says all */
    public record Step(String rule, Outcome outcome, String why) {

        /** As far as only the caller matters. */
        static Step of(AnyRule rule, Caller caller, boolean decided) {
            if (decided) {
                return new Step(rule.name(), Outcome.NOT_ASKED, "");
            }
            return rule.audience().admits(caller) ? new Step(rule.name(), Outcome.DECIDED, "")
                    : new Step(rule.name(), Outcome.NOT_FOR_CALLER, rule.audience().whyNot(caller));
        }

        static Step of(Rule rule, Caller caller, TokenRequest request, boolean decided) {
            var step = of(rule, caller, decided);
            if (step.outcome != Outcome.DECIDED) {
                return step;
            }
            var choice = rule.rooms().choose(caller, request.room(), () -> "");
            if (choice instanceof Rooms.Room || request.room().isEmpty()) {
                return step;
            }
            return new Step(rule.name(), Outcome.NOT_FOR_ROOM, choice instanceof Rooms.Unfillable unfillable
                    ? unfillable.unfit().sentence()
                    : "the rooms are " + rule.rooms() + ", not \"" + request.room() + "\"");
        }
    }

    /** A line for each rule, and the decision below. */
    @Override
    public String toString() {
        var text = new StringBuilder();
        for (var step : steps) {
            text.append(step.rule()).append(": ").append(switch (step.outcome()) {
                case NOT_FOR_CALLER -> "not for this caller";
                case NOT_FOR_ROOM -> "not for this room";
                case DECIDED -> "decides";
                case NOT_ASKED -> "not asked any more";
            }).append(step.why().isEmpty() ? "" : ": " + step.why()).append('\n');
        }
        return text.append('\n').append(decision instanceof Decision.Granted granted ? granted(granted)
                : decision instanceof Decision.Credentials credentials ? credentials(credentials)
                : refused((Decision.Refused) decision)).toString();
    }

    private static String credentials(Decision.Credentials credentials) {
        var text = new StringBuilder("credentials by " + credentials.rule() + '\n');
        line(text, "agent_name", credentials.agentName().orElse(""));
        return text.toString();
    }

    private static String refused(Decision.Refused refused) {
        return "refused (" + refused.reason() + refused.field().map(field -> ", " + field).orElse("") + "): "
                + refused.detail() + '\n';
    }

    private static String granted(Decision.Granted granted) {
        var grant = granted.grant();
        var text = new StringBuilder("granted by " + granted.rule() + '\n');
        line(text, "room", grant.room());
        line(text, "identity", grant.identity());
        line(text, "name", grant.name());
        line(text, "metadata", grant.metadata());
        line(text, "attributes", grant.attributes().isEmpty() ? "" : grant.attributes());
        line(text, "grants", grant.video().given().stream().map(VideoGrant::claim).collect(Collectors.joining(" ")));
        line(text, "sources", String.join(" ", grant.video().canPublishSources()));
        line(text, "room_config", grant.roomConfig().isEmpty() ? "" : grant.roomConfig());
        line(text, "ttl", DurationText.of(grant.ttl()));
        granted.rate().ifPresent(rate -> line(text, "rate", rate.count() + "/" + DurationText.of(rate.period())));
        return text.toString();
    }

    private static void line(StringBuilder text, String name, Object value) {
        if (!value.toString().isEmpty()) {
            text.append(String.format("  %-12s %s%n", name, value));
        }
    }
}
