package dev.keyturn.tokens;

/** A webhook that LiveKit did not sign, or not for this body and time. */
final class UnverifiedWebhookException extends Exception {

    private final WebhookFault fault;

    UnverifiedWebhookException(WebhookFault fault) {
        super(fault.sentence, null, false, false);
        this.fault = fault;
    }

    WebhookFault fault() {
        return fault;
    }
}
