package dev.keyturn.rotation;

import io.netty.handler.ssl.NotSslRecordException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/** What is wrong with a server's TLS, as its client finds. */
public enum TlsProblem {

    NOT_SPOKEN("it does not speak it"),
    EXPIRED("its certificate has expired, or is not valid yet"),
    AUTHORITY("its certificate is of an authority that is not trusted"),
    NAME("its certificate is for another name"),
    NO_HANDSHAKE("no handshake");

    private final String phrase;

    TlsProblem(String phrase) {
        this.phrase = phrase;
    }

    /** Of a failed call; empty if it failed in another way. */
    public static Optional<TlsProblem> of(Throwable failure) {
        if (!has(failure, SSLException.class::isInstance)) {
            return Optional.empty();
        }
        if (has(failure, NotSslRecordException.class::isInstance)) {
            return Optional.of(NOT_SPOKEN);
        }
        if (has(failure, cause -> cause instanceof CertificateExpiredException
                || cause instanceof CertificateNotYetValidException)) {
            return Optional.of(EXPIRED);
        }
        if (has(failure, cause -> cause instanceof CertPathValidatorException
                || cause.getClass().getName().equals("sun.security.validator.ValidatorException"))) {
            return Optional.of(AUTHORITY);
        }
        return Optional.of(has(failure, CertificateException.class::isInstance) ? NAME : NO_HANDSHAKE);
    }

    private static boolean has(Throwable failure, Predicate<Throwable> sought) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause).anyMatch(sought);
    }

    /** Half a sentence about the server: {@code its certificate is for another name}. */
    public String phrase() {
        return phrase;
    }
}
