package dev.keyturn.policy;

import java.util.List;
import java.util.Objects;

/**
 * LiveKit's video grants (protocol auth/grants.go), under LiveKit's own names. In a token every one is written out that
 * is true, and {@code canPublish}, {@code canSubscribe} and {@code canPublishData} always: LiveKit takes a missing one
 * of these for yes.
 *
 * @param canPublishSources any of {@code camera, microphone, screen_share, screen_share_audio}; empty is all of them
 */
public record VideoGrants(
        boolean roomJoin,
        boolean canPublish,
        boolean canSubscribe,
        boolean canPublishData,
        List<String> canPublishSources,
        boolean canUpdateOwnMetadata,
        boolean canSubscribeMetrics,
        boolean canManageAgentSession,
        boolean roomCreate,
        boolean roomList,
        boolean roomRecord,
        boolean roomAdmin,
        boolean ingressAdmin,
        boolean hidden,
        boolean recorder,
        boolean agent) {

    /** To take part: join, publish, subscribe and send data. What a rule gives that says nothing of grants. */
    public static final VideoGrants PARTICIPANT = new VideoGrants(
            true, true, true, true, List.of(), false, false, false, false, false, false, false, false, false, false, false);

    public VideoGrants {
        canPublishSources = List.copyOf(Objects.requireNonNull(canPublishSources, "canPublishSources"));
    }
}
