package dev.keyturn.vault;

import dev.keyturn.rotation.TlsProblem;
import dev.keyturn.vault.VaultException.Kind;
import io.quarkus.runtime.ImageMode;
import io.quarkus.vault.client.VaultClientException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

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

    /** Vault says, in its own words, that nothing was ever stored there, or that it was deleted or destroyed. */
    boolean nothingThere() {
        return answer != null && answer.ofSecret() && (answer.neverStored() || answer.withdrawnVersion() > 0);
    }

    /** The version that was deleted or destroyed, of what is not there; 0 if nothing was ever stored. */
    int withdrawnVersion() {
        return answer.withdrawnVersion();
    }

    /** @param replaced the version that was to be; 0 for a first one */
    VaultException ofWriting(int replaced) {
        if (answer != null && answer.ofSecret()) {
            if (answer.status() == 400 && answer.says("check-and-set")) {
                return new VaultException(Kind.CONFLICT, place + (replaced == 0
                        ? " holds a " + place.what() + " already"
                        : " is no longer at version " + replaced + ": someone else replaced it first"));
            }
            if (answer.status() == 204) { // only version 1 answers a write so
                return broken(place.mount() + " is a KV engine of version 1, which cannot keep two writers apart;"
                        + " what it took is at " + place.data() + ": 'vault delete " + place.data() + "', then use an"
                        + " engine of version 2");
            }
        }
        return of("data", replaced == 0 ? "create\", \"update" : "update");
    }

    /**
     * @param api          of the engine that was called: {@code data}, {@code metadata} or {@code destroy}
     * @param capabilities that the call needs of a policy
     */
    VaultException of(String api, String capabilities) {
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
        if (!answer.ofSecret()) {
            return denied("Vault refused the login (" + answer.path() + ", status " + answer.status() + "): check"
                    + " quarkus.vault.authentication and that the login is set up in Vault; Vault's log says what it"
                    + " missed");
        }
        return switch (answer.status()) {
            case 403 -> answer.says("invalid token")
                    ? denied("Vault does not accept Keyturn's token (expired, revoked or mistyped):"
                            + " give it a new one, or a login that renews itself (app-role, kubernetes)")
                    : denied("Vault forbids it: the policy of Keyturn's login needs "
                            + place.policy(api, capabilities));
            case 404 -> notFound();
            default -> denied("Vault answered with status " + answer.status() + ": see Vault's log");
        };
    }

    private VaultException notFound() {
        if (answer.says("no handler for route")) {
            return denied("no secrets engine is mounted at " + place.mount() + ": 'vault secrets enable -path="
                    + place.mount() + " -version=2 kv', or set " + place.settings() + ".mount");
        }
        return broken("a 404 that is not Vault's: is quarkus.vault.url the address of Vault itself?");
    }

    private VaultException noAnswer() {
        if (thrown instanceof TimeoutException) {
            return unreachable("Vault did not answer within " + timeout.toMillis()
                    + " ms (" + place.settings() + ".timeout)");
        }
        if (thrown instanceof UnknownHostException) {
            return unreachable("nobody knows that host: check quarkus.vault.url and the name service");
        }
        if (thrown instanceof ConnectException) {
            return unreachable("nobody listens there: start Vault, or correct quarkus.vault.url");
        }
        var tls = TlsProblem.of(thrown);
        if (tls.isPresent()) {
            return unreachable("TLS failed, " + tls.get().phrase() + ": " + mend(tls.get()));
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
        return stack.length == 0 || stack[0].getMethodName().equals("isPermissionDenied")
                || ImageMode.current().isNativeImage(); // whose stacks lack what was inlined: the likelier is meant
    }

    /** Its kind and its stack are kept for whoever has to find out; its text is not. */
    private VaultException unforeseen() {
        var origin = new IllegalStateException(thrown.getClass().getName());
        origin.setStackTrace(thrown.getStackTrace());
        return new VaultException(Kind.UNREACHABLE, place + ": the call failed in a way that nobody foresaw ("
                + thrown.getClass().getSimpleName() + ")", origin);
    }

    private static String mend(TlsProblem problem) {
        return switch (problem) {
            case EXPIRED -> "renew Vault's certificate, or set this machine's clock";
            case NAME -> "set quarkus.vault.url to a name that is in it, or get Vault a certificate for this one";
            case AUTHORITY -> "let quarkus.vault.tls.ca-cert name the file of the one that signed it";
            case NOT_SPOKEN, NO_HANDSHAKE -> "check the scheme and the port of quarkus.vault.url";
        };
    }

    private VaultException unreachable(String what) {
        return new VaultException(Kind.UNREACHABLE, place + ": " + what);
    }

    private VaultException denied(String what) {
        return new VaultException(Kind.DENIED, place + ": " + what);
    }

    private VaultException broken(String what) {
        return new VaultException(Kind.BROKEN, place + ": " + what);
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
