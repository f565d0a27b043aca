package dev.keyturn.tokens;

import java.util.Locale;

/** Why a receiver does not get an event: a metric's label, and what the log says. */
enum RelayLoss {
    QUEUE_FULL("its queue is full"),
    REFUSED("it answered with a status that is final"),
    GAVE_UP("it did not take them within its give-up-after"),
    RING_KEY("its key or secret is one of LiveKit's own"),
    SHUTDOWN("this server ended first");

    final String sentence;

    RelayLoss(String sentence) {
        this.sentence = sentence;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
