package dev.keyturn.policy;

import dev.keyturn.policy.RoomConfig.AgentDispatch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * The agents that a request may dispatch, over and above those that the rule dispatches by itself. A name comes at most
 * once in a token, so that nobody pays for a hundred of one agent.
 */
record AllowedAgents(List<Allowed> allowed) {

    /**
     * Agents of one kind of name.
     *
     * @param deployments of them that a request may choose, text in which {@code *} is any run of characters; without
     *     any, it gets production, which is the empty one
     */
    record Allowed(NamePattern name, List<ClaimCondition.Like> deployments) {

        Allowed {
            deployments = List.copyOf(deployments);
        }

        private boolean deploys(String deployment) {
            return deployment.isEmpty() || deployments.stream().anyMatch(like -> like.met(deployment));
        }
    }

    AllowedAgents {
        allowed = List.copyOf(allowed);
    }

    /** @throws Refusal if one of those asked for is not allowed, or is there already */
    List<AgentDispatch> with(List<AgentDispatch> given, List<AgentDispatch> asked, Caller caller) {
        if (asked.isEmpty()) {
            return given;
        }
        var all = new ArrayList<>(given);
        var names = new HashSet<String>();
        given.forEach(agent -> names.add(text(agent.agentName())));
        for (var agent : asked) {
            var name = text(agent.agentName());
            check(name, text(agent.deployment()), caller);
            if (!names.add(name)) {
                throw refusal("the agent \"" + name + "\" is dispatched already: name it once, or not at all");
            }
            all.add(agent);
        }
        return all;
    }

    private void check(String name, String deployment, Caller caller) {
        boolean named = false;
        for (var one : allowed) {
            if (one.name().fill(caller) instanceof NamePattern.Fit fit && fit.covers(name)) {
                named = true;
                if (one.deploys(deployment)) {
                    return;
                }
            }
        }
        throw refusal(named
                ? "the deployment \"" + deployment + "\" of the agent \"" + name
                        + "\" cannot be dispatched by the request"
                : "the agent \"" + name + "\" cannot be dispatched by the request");
    }

    private static Refusal refusal(String detail) {
        return new Refusal(Decision.Reason.AGENT, "room_config.agents", detail);
    }

    private static String text(String text) {
        return text == null ? "" : text;
    }
}
