package dev.keyturn.agents;

import java.io.IOException;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What PID 1 of a container owes its processes: one whose parent died becomes its child, and stays as a zombie until
 * PID 1 has waited for it. The JDK waits for those that it started itself, at once, and has no public way to wait for
 * others; its own way is used here (docs/decisions/0013).
 */
final class Orphans implements Runnable {

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final Method waitFor;

    private Orphans(Method waitFor) {
        this.waitFor = waitFor;
    }

    /** Begins to, in the background, where this is PID 1. */
    static void reap(Consumer<String> says) {
        if (ProcessHandle.current().pid() != 1) {
            return;
        }
        try {
            var completion = Class.forName("java.lang.ProcessHandleImpl")
                    .getDeclaredMethod("completion", long.class, boolean.class);
            completion.setAccessible(true);
            Exec.daemon(new Orphans(completion), "orphans");
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            says.accept("this is PID 1, and this Java cannot reap processes that the agent leaves behind: run it"
                    + " under an init such as tini (docker run --init)");
        }
    }

    @Override
    public void run() {
        try {
            Set<Long> before = Set.of();
            while (true) {
                var now = zombies();
                for (var pid : now) {
                    if (before.contains(pid)) { // of our own starting none is a zombie for so long
                        waitFor.invoke(null, pid, true);
                    }
                }
                before = now;
                Thread.sleep(BETWEEN_LOOKS.toMillis()); // the JDK tells nobody of an orphan's end
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Set<Long> zombies() {
        return ProcessHandle.current().children().map(ProcessHandle::pid).filter(Orphans::isZombie)
                .collect(Collectors.toSet());
    }

    private static boolean isZombie(long pid) {
        try {
            var stat = Files.readString(Path.of("/proc", "" + pid, "stat"));
            return stat.startsWith(") Z ", stat.lastIndexOf(')'));
        } catch (IOException gone) {
            return false;
        }
    }
}
