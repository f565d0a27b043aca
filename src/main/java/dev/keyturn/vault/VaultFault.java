package dev.keyturn.vault;

import dev.keyturn.keys.KeyRingConflictException;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.KeyRingStoreException.Kind;
import io.quarkus.vault.client.VaultClientException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * What a failed call to Vault means, as a sentence for an operator.
 *
 * <p>Nothing of the answer's text gets into it, and the client's exception is not chained: both may quote the document
 * or a login's answer. Vault's own log and audit device tell the rest.
 */
final class VaultFault {

    private final Throwable thrown;
    private final VaultAnswer answer; // null if there was none
    private final VaultPlace place;
    private final Duration timeout;

    VaultFault(Throwable thrown, VaultPlace place, Duration timeout) {
        this.thrown = unwrapped(thrown);
        this.answer = VaultAnswer.of(this.thrown);
        this.place = place;
        this.timeout = timeout;
        if (this.thrown instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
    }

    /** Vault says, in its own words, that nothing was ever stored there. */
    boolean nothingThere() {
        return answer != null && answer.ofRing() && answer.neverStored();
    }

    KeyRingStoreException ofReading() {
        return of("read");
    }

    /** @param revision what was to be replaced; 0 for a first ring */
    KeyRingStoreException ofWriting(int revision) {
        if (answer != null && answer.ofRing()) {
            if (answer.status() == 400 && answer.says("check-and-set")) {
                return new KeyRingConflictException(place + (revision == 0 ? " holds a ring already"
                        : " is no longer at version " + revision + ": someone else replaced it first"));
            }
            if (answer.status() == 204) { // only version 1 answers a write so
                return broken(place.mount() + " is a KV engine of version 1, which cannot keep two writers apart;"
                        + " what it took is at " + place.data() + ": 'vault delete " + place.data() + "', then use an"
                        + " engine of version 2");
            }
        }
        return of("create\", \"update");
    }

    private KeyRingStoreException of(String capabilities) {
        if (answer == null) {
            return noAnswer();
        }
        if (answer.status() == 503 && answer.says("sealed")) {
            return denied("Vault is sealed: unseal it ('vault operator unseal')");
        }
        if (answer.status() >= 500) {
            return denied("Vault answered with status " + answer.status() + ": see Vault's log");
        }
        if (answer.unreadable()) {
            return broken("the answer is not Vault's: is quarkus.vault.url the address of Vault itself?");
        }
        if (!answer.ofRing()) {
            return denied("Vault refused the login (" + answer.path() + ", status " + answer.status() + "): check"
                    + " quarkus.vault.authentication and that the login is set up in Vault; Vault's log says what it"
                    + " missed");
        }
        return switch (answer.status()) {
            case 403 -> answer.says("invalid token")
                    ? denied("Vault does not accept Keyturn's token (expired, revoked or mistyped):"
                            + " give it a new one, or a login that renews itself (app-role, kubernetes)")
                    : denied("Vault forbids it: the policy of Keyturn's login needs "
                            + place.policy("\"" + capabilities + "\""));
            case 404 -> notFound();
            default -> denied("Vault answered with status " + answer.status() + ": see Vault's log");
        };
    }

    private KeyRingStoreException notFound() {
        if (answer.says("no handler for route")) {
            return denied("no secrets engine is mounted at " + place.mount() + ": 'vault secrets enable -path="
                    + place.mount() + " -version=2 kv', or set keyturn.ring.vault.mount");
        }
        if (answer.withdrawnVersion() > 0) {
            var version = answer.withdrawnVersion();
            return broken("its version " + version + " was deleted or destroyed by someone:"
                    + " 'vault kv undelete -mount=" + place.mount() + " -versions=" + version + " " + place.path()
                    + "', or 'vault kv rollback' to an older one");
        }
        return broken("a 404 that is not Vault's: is quarkus.vault.url the address of Vault itself?");
    }

    private KeyRingStoreException noAnswer() {
        if (thrown instanceof TimeoutException) {
            return unreachable("Vault did not answer within " + timeout.toMillis()
                    + " ms (keyturn.ring.vault.timeout)");
        }
        if (thrown instanceof UnknownHostException) {
            return unreachable("nobody knows that host: check quarkus.vault.url and the name service");
        }
        if (thrown instanceof ConnectException) {
            return unreachable("nobody listens there: start Vault, or correct quarkus.vault.url");
        }
        if (thrown instanceof SSLException) {
            return unreachable("TLS failed: check the scheme of quarkus.vault.url, and that"
                    + " quarkus.vault.tls.ca-cert names the CA of Vault's certificate");
        }
        if (cause(FileSystemException.class) instanceof FileSystemException file) {
            return denied("the login or TLS needs the file " + file.getFile() + ", which cannot be read: check"
                    + " quarkus.vault.authentication.kubernetes.jwt-token-path, quarkus.vault.tls.ca-cert and"
                    + " quarkus.vault.tls.use-kubernetes-ca-cert, and the file's mode");
        }
        if (thrown instanceof InterruptedException) {
            return unreachable("interrupted while waiting for Vault");
        }
        if (thrown instanceof NullPointerException missing && !hangUp(missing)) {
            return broken("the answer is not Vault's: is quarkus.vault.url the address of Vault itself?");
        }
        if (thrown instanceof NullPointerException || thrown instanceof VaultClientException
                || thrown instanceof IOException) {
            return unreachable("the connection was closed before Vault had answered in full");
        }
        return unforeseen();
    }

    /**
     * The client looks into the status of an answer that never came ({@code VaultClientException.isPermissionDenied}),
     * and that null is all it lets one see of a closed connection. Any other null is one within an answer.
     */
    private static boolean hangUp(NullPointerException thrown) {
        var stack = thrown.getStackTrace(); // the JVM may leave it out of an exception that is thrown often
        return stack.length == 0 || stack[0].getMethodName().equals("isPermissionDenied");
    }

    /** Its kind and its stack are kept for whoever has to find out; its text is not. */
    private KeyRingStoreException unforeseen() {
        var origin = new IllegalStateException(thrown.getClass().getName());
        origin.setStackTrace(thrown.getStackTrace());
        return new KeyRingStoreException(Kind.UNREACHABLE, place + ": the call failed in a way that nobody foresaw ("
                + thrown.getClass().getSimpleName() + ")", origin);
    }

    private KeyRingStoreException unreachable(String what) {
        return new KeyRingStoreException(Kind.UNREACHABLE, place + ": " + what);
    }

    private KeyRingStoreException denied(String what) {
        return new KeyRingStoreException(Kind.DENIED, place + ": " + what);
    }

    private KeyRingStoreException broken(String what) {
        return new KeyRingStoreException(Kind.BROKEN, place + ": " + what);
    }

    private Throwable cause(Class<? extends Throwable> type) {
        var cause = thrown;
        while (cause != null && !type.isInstance(cause)) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static Throwable unwrapped(Throwable thrown) {
        var inner = thrown;
        while ((inner instanceof CompletionException || inner instanceof ExecutionException)
                && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }
}
