package dev.keyturn.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.yaml.snakeyaml.nodes.Node;

/** Reads the {@code grants} of a rule. */
record GrantsReader(Problems problems) {

    private static final String SOURCES = "canPublishSources";

    static final List<String> WORDS = words();

    /** With these a stranger would run the rooms of everybody else. */
    private static final List<VideoGrant> NOT_FOR_STRANGERS =
            List.of(VideoGrant.ROOM_ADMIN, VideoGrant.ROOM_CREATE, VideoGrant.AGENT, VideoGrant.RECORDER);

    private static List<String> words() {
        var words = new ArrayList<>(Arrays.stream(VideoGrant.values()).map(VideoGrant::claim).toList());
        words.add(SOURCES);
        return List.copyOf(words);
    }

    /** @param audience whom the rule is for; {@code null} if that could not be read */
    VideoGrants read(Node node, Audience audience) {
        var section = new Section(node, problems, "grants", WORDS);
        var given = EnumSet.noneOf(VideoGrant.class);
        for (var grant : VideoGrant.values()) {
            if (section.flag(grant.claim()).orElse(otherwise(grant, given))) {
                given.add(grant);
            }
        }
        checkSources(section, given.contains(VideoGrant.CAN_PUBLISH));
        for (var grant : NOT_FOR_STRANGERS) {
            if (audience != null && audience.includesAnonymous() && given.contains(grant)) {
                problems.add(section.get(grant.claim()),
                        grant.claim() + " cannot be given to callers whom nobody knows");
            }
        }
        return new VideoGrants(given, section.texts(SOURCES));
    }

    /** As LiveKit has it: who may not publish sends no data either. */
    private static boolean otherwise(VideoGrant grant, EnumSet<VideoGrant> before) {
        return grant == VideoGrant.CAN_PUBLISH_DATA
                ? before.contains(VideoGrant.CAN_PUBLISH) : VideoGrants.PARTICIPANT.has(grant);
    }

    private void checkSources(Section section, boolean publish) {
        if (!section.has(SOURCES)) {
            return;
        }
        var node = section.get(SOURCES);
        if (!publish) {
            problems.add(node, "canPublishSources contradicts canPublish: false, with which nothing can be published");
        }
        for (var source : new Values(new Problems("")).texts(new Values(new Problems("")).oneOrMore(node))) {
            if (!VideoGrants.SOURCES.contains(source)) {
                problems.add(node, "\"" + source + "\" is no source" + Spelling.hint(source, VideoGrants.SOURCES));
            }
        }
    }
}
