package dev.keyturn.doctor;

import dev.keyturn.doctor.Http.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Answers for the judgements' tests. */
final class Replies {

    private Replies() {}

    /** @param headers name, value, name, value */
    static Reply of(int status, String body, String... headers) {
        var all = new TreeMap<String, List<String>>();
        for (int i = 0; i < headers.length; i += 2) {
            all.computeIfAbsent(headers[i], any -> new ArrayList<>()).add(headers[i + 1]);
        }
        return new Reply(status, all, body, List.of(), "");
    }

    static Reply none() {
        return Reply.none("connection refused");
    }
}
