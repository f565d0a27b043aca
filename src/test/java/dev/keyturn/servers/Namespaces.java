package dev.keyturn.servers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Linux namespaces for what must not touch the machine's own. They want no root where the kernel has user namespaces
 * for all: there one is root of one's own.
 */
public final class Namespaces {

    private static final List<List<String>> WAYS = List.of(List.of(), List.of("--user", "--map-root-user"));

    private Namespaces() {}

    /**
     * What a command must be preceded by to run in new ones, such as {@code --net}. Where this user may not make them,
     * the test is skipped, loudly.
     */
    public static List<String> fresh(Class<?> test, String... kinds) {
        for (var way : WAYS) {
            var unshare = new ArrayList<>(List.of("/usr/bin/unshare"));
            unshare.addAll(way);
            unshare.addAll(List.of(kinds));
            if (works(unshare)) {
                return unshare;
            }
        }
        throw Skip.loudly(test, "this user may not 'unshare " + String.join(" ", kinds) + "': run as root (in a container with"
                + " CAP_SYS_ADMIN), or let users make user namespaces");
    }

    private static boolean works(List<String> unshare) {
        var command = new ArrayList<>(unshare);
        command.add("true");
        try {
            return new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException noUnshare) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
