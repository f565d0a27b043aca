package dev.keyturn.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Several looks at once: a firewall that drops what is sent costs a timeout for each port, and not one after another. */
final class Together {

    private final List<Callable<List<Finding>>> looks = new ArrayList<>();

    void look(Callable<Finding> look) {
        looks.add(() -> List.of(look.call()));
    }

    void lookAll(Callable<List<Finding>> look) {
        looks.add(look);
    }

    void say(Finding finding) {
        looks.add(() -> List.of(finding));
    }

    /** All that was found, in the order in which it was asked for. */
    List<Finding> findings() throws InterruptedException {
        var threads = threads();
        try {
            var findings = new ArrayList<Finding>();
            for (var done : threads.invokeAll(looks)) {
                findings.addAll(done.get());
            }
            return findings;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause().getClass().getSimpleName()); // its text may quote anything
        } finally {
            threads.shutdownNow();
        }
    }

    /** As many as are wanted; one that hangs does not keep the program from ending. */
    static ExecutorService threads() {
        return Executors.newCachedThreadPool(task -> {
            var thread = new Thread(task, "checkup");
            thread.setDaemon(true);
            return thread;
        });
    }
}
