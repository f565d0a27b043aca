package dev.keyturn.tokens;

import java.nio.charset.StandardCharsets;

/** The request bodies that the benchmarks share. */
final class Bodies {

    private static final String THREE =
            "\"room_name\":\"acme:board\",\"participant_identity\":\"ada\",\"participant_name\":\"Ada\"";

    private Bodies() {}

    /** @param name {@code empty}, {@code three} fields, or {@code 4KiB} of room_config besides */
    static byte[] of(String name) {
        var body = switch (name) {
            case "empty" -> "{}";
            case "three" -> "{" + THREE + "}";
            default -> "{" + THREE + ",\"room_config\":{\"empty_timeout\":300,\"max_participants\":20,"
                    + "\"agents\":[{\"agent_name\":\"helper\",\"metadata\":\"" + "language=de ".repeat(330) + "\"}]}}";
        };
        return body.getBytes(StandardCharsets.UTF_8);
    }
}
