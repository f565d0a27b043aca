package dev.keyturn.policy;

import java.util.Map;

/**
 * How long the texts in a token may be, in bytes of UTF-8. Room, identity, metadata and attributes are LiveKit's own
 * limits (livekit pkg/config/config.go, LimitConfig), beyond which it refuses the join; the name's is ours.
 */
public final class Limits {

    public static final int ROOM = 256;
    public static final int IDENTITY = 256;
    public static final int NAME = 256;
    public static final int METADATA = 512 * 1024;
    /** Keys and values together. */
    public static final int ATTRIBUTES = 64 * 1024;

    private Limits() {}

    /** @throws Refusal if something is too long */
    static void check(Grant grant) {
        check("room_name", bytes(grant.room()), ROOM);
        check("participant_identity", bytes(grant.identity()), IDENTITY);
        check("participant_name", bytes(grant.name()), NAME);
        check("participant_metadata", bytes(grant.metadata()), METADATA);
        check("participant_attributes", bytes(grant.attributes()), ATTRIBUTES);
        check("room_config.metadata", bytes(grant.roomConfig().metadata()), METADATA);
    }

    private static void check(String field, long bytes, int limit) {
        if (bytes > limit) {
            throw new Refusal(Decision.Reason.TOO_LONG, field,
                    field + " would be " + bytes + " bytes long; LiveKit takes at most " + limit);
        }
    }

    private static long bytes(Map<String, String> texts) {
        long bytes = 0;
        for (var entry : texts.entrySet()) {
            bytes += bytes(entry.getKey()) + bytes(entry.getValue());
        }
        return bytes;
    }

    /** The length in UTF-8; {@code null} is empty. */
    static long bytes(String text) {
        long bytes = 0;
        for (int i = 0; text != null && i < text.length(); i++) {
            char c = text.charAt(i);
            bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return bytes;
    }
}
