package dev.keyturn.agents;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a terminal gives its Ctrl-C to us and, since they are of our process group, to all workers too. */
final class Foreground {

    private static final int PROCESS_GROUP = 2;
    private static final int TERMINALS_GROUP = 5;

    private Foreground() {}

    /** proc(5): after the name in parentheses come state, ppid, pgrp, session, tty_nr, tpgid. */
    static boolean isOurs() {
        try {
            var stat = Files.readString(Path.of("/proc/self/stat"));
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return fields[PROCESS_GROUP].equals(fields[TERMINALS_GROUP]);
        } catch (IOException noProcFileSystem) {
            return System.console() != null;
        }
    }
}
