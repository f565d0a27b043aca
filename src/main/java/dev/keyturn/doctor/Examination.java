package dev.keyturn.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Takes all checkups side by side, so that a server that does not answer holds up nobody but its own. */
public final class Examination {

    private final List<Checkup> checkups;
    private final Duration limit;

    /** @param limit how long any of the checkups may take in all */
    public Examination(List<Checkup> checkups, Duration limit) {
        this.checkups = List.copyOf(checkups);
        this.limit = limit;
    }

    /** All that was found, in the order of the checkups, whichever was done first. */
    public List<Finding> take() throws InterruptedException {
        var threads = Together.threads();
        try {
            var until = System.nanoTime() + limit.toNanos();
            var looks = checkups.stream().map(checkup -> threads.submit(checkup::look)).toList();
            var findings = new ArrayList<Finding>();
            for (int i = 0; i < looks.size(); i++) {
                var subject = checkups.get(i).subject();
                try {
                    findings.addAll(looks.get(i).get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS));
                } catch (TimeoutException e) {
                    findings.add(Finding.unseen(subject, "not done within " + limit.toSeconds() + " s",
                            "Something there is very slow, or drops what is sent to it; see --timeout."));
                } catch (ExecutionException e) { // a bug of ours; its text may quote anything
                    findings.add(Finding.unseen(subject, "could not be looked at: "
                            + e.getCause().getClass().getSimpleName(), "Please report this, with the line above."));
                }
            }
            return findings;
        } finally {
            threads.shutdownNow();
        }
    }
}
