package dev.keyturn.policy;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** LiveKit's video grants that are yes or no (protocol auth/grants.go), in the order in which a token has them. */
public enum VideoGrant {
    ROOM_JOIN("roomJoin"),
    CAN_PUBLISH("canPublish"),
    CAN_SUBSCRIBE("canSubscribe"),
    CAN_PUBLISH_DATA("canPublishData"),
    CAN_UPDATE_OWN_METADATA("canUpdateOwnMetadata"),
    CAN_SUBSCRIBE_METRICS("canSubscribeMetrics"),
    CAN_MANAGE_AGENT_SESSION("canManageAgentSession"),
    ROOM_CREATE("roomCreate"),
    ROOM_LIST("roomList"),
    ROOM_RECORD("roomRecord"),
    ROOM_ADMIN("roomAdmin"),
    INGRESS_ADMIN("ingressAdmin"),
    HIDDEN("hidden"),
    RECORDER("recorder"),
    AGENT("agent");

    /** LiveKit takes these for yes where a token says nothing, so a token must say no. */
    public static final Set<VideoGrant> YES_UNLESS_SAID =
            Collections.unmodifiableSet(EnumSet.of(CAN_PUBLISH, CAN_SUBSCRIBE, CAN_PUBLISH_DATA));

    /** These give power over other people or rooms. */
    static final Set<VideoGrant> DANGEROUS = Collections.unmodifiableSet(EnumSet.range(ROOM_CREATE, AGENT));

    private final String claim;

    VideoGrant(String claim) {
        this.claim = claim;
    }

    /** LiveKit's own name of it. */
    public String claim() {
        return claim;
    }
}
