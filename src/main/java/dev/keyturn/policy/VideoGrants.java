package dev.keyturn.policy;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What the holder of a token may do.
 *
 * @param given             what is not in here is not given
 * @param canPublishSources any of {@link #SOURCES}; empty is all of them
 */
public record VideoGrants(Set<VideoGrant> given, List<String> canPublishSources) {

    /** LiveKit's names of what a track can come from (protobufs/livekit_models.proto, TrackSource). */
    public static final List<String> SOURCES = List.of("camera", "microphone", "screen_share", "screen_share_audio");

    /** To take part: join, publish, subscribe and send data. What a rule gives that says nothing of grants. */
    public static final VideoGrants PARTICIPANT =
            new VideoGrants(EnumSet.range(VideoGrant.ROOM_JOIN, VideoGrant.CAN_PUBLISH_DATA), List.of());

    public VideoGrants {
        var copy = EnumSet.noneOf(VideoGrant.class);
        copy.addAll(given);
        given = Collections.unmodifiableSet(copy);
        canPublishSources = List.copyOf(canPublishSources);
    }

    public boolean has(VideoGrant grant) {
        return given.contains(grant);
    }
}
