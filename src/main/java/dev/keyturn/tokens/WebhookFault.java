package dev.keyturn.tokens;

import java.util.Locale;

/** Why a webhook was not taken: a metric's label, and what the log says. Its sender is told only the status. */
enum WebhookFault {
    NO_TOKEN("it has no Authorization header, or more than one"),
    MALFORMED("its token is no JWT"),
    ALGORITHM("its token's algorithm is not HS256"),
    UNKNOWN_KEY("its token is signed with a key that is not in the ring: look at webhook.api_key of LiveKit"),
    SIGNATURE("its token's signature is not that of the key that it names"),
    NO_EXPIRY("its token never expires"),
    EXPIRED("its token has expired: it comes late, or a clock is wrong"),
    NOT_YET_VALID("its token is not valid yet: a clock is wrong"),
    HASH("its token was made for another body, or for no webhook"),
    BODY("its body is no event"),
    TOO_LARGE("its body is longer than keyturn.http.max-webhook-size"),
    CONTENT_TYPE("its body is sent as something else than application/webhook+json"),
    RING_UNAVAILABLE("there is no ring that may be used now"),
    QUEUES_FULL("the queues of all receivers are full");

    final String sentence;

    WebhookFault(String sentence) {
        this.sentence = sentence;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
