package dev.keyturn.vault;

import dev.keyturn.keys.KeyRingConflictException;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.rotation.DeliveryConflictException;
import dev.keyturn.rotation.DeliveryException;

/** A call to Vault that failed: a sentence for an operator, without a secret, in the words of neither port yet. */
final class VaultException extends Exception {

    enum Kind { UNREACHABLE, DENIED, BROKEN, CONFLICT }

    private final Kind kind;

    VaultException(Kind kind, String message) {
        this(kind, message, null);
    }

    VaultException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    KeyRingStoreException ofRing() {
        return switch (kind) {
            case UNREACHABLE -> ofRing(KeyRingStoreException.Kind.UNREACHABLE);
            case DENIED -> ofRing(KeyRingStoreException.Kind.DENIED);
            case BROKEN -> ofRing(KeyRingStoreException.Kind.BROKEN);
            case CONFLICT -> new KeyRingConflictException(getMessage());
        };
    }

    private KeyRingStoreException ofRing(KeyRingStoreException.Kind kind) {
        return new KeyRingStoreException(kind, getMessage(), getCause());
    }

    DeliveryException ofDelivery() {
        return switch (kind) {
            case UNREACHABLE -> ofDelivery(DeliveryException.Kind.UNREACHABLE);
            case DENIED -> ofDelivery(DeliveryException.Kind.DENIED);
            case BROKEN -> ofDelivery(DeliveryException.Kind.FOREIGN);
            case CONFLICT -> new DeliveryConflictException(getMessage());
        };
    }

    private DeliveryException ofDelivery(DeliveryException.Kind kind) {
        var failure = new DeliveryException(kind, getMessage());
        failure.initCause(getCause());
        return failure;
    }
}
