package dev.keyturn.callers;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/** TLS to a server whose certificate comes from an authority of the operator's own. */
public final class PemAuthorities {

    private PemAuthorities() {}

    /** Why a server gave no answer, as a short phrase; what is wrong with its certificate, if that is it. */
    public static String why(Throwable failure) {
        if (!has(failure, SSLException.class)) {
            return failure.getClass().getSimpleName();
        }
        if (has(failure, CertificateExpiredException.class) || has(failure, CertificateNotYetValidException.class)) {
            return "TLS: its certificate has expired, or is not valid yet";
        }
        if (has(failure, CertPathBuilderException.class) || has(failure, CertPathValidatorException.class)) {
            return "TLS: its certificate is of an authority that is not trusted";
        }
        return has(failure, CertificateException.class)
                ? "TLS: its certificate is for another name" : "TLS: no handshake";
    }

    private static boolean has(Throwable failure, Class<? extends Throwable> sought) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause).anyMatch(sought::isInstance);
    }

    /**
     * TLS that trusts these authorities and no others.
     *
     * @param file     PEM certificates
     * @param property what names the file, for the message
     * @throws ConfigurationException if it cannot be read; says so in a sentence
     */
    public static SSLContext trusted(Path file, String property) {
        try (var in = Files.newInputStream(file)) {
            var authorities = KeyStore.getInstance(KeyStore.getDefaultType());
            authorities.load(null, null);
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                authorities.setCertificateEntry("ca-" + authorities.size(), certificate);
            }
            if (authorities.size() == 0) {
                throw new GeneralSecurityException("empty");
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(authorities);
            var tls = SSLContext.getInstance("TLS");
            tls.init(null, trust.getTrustManagers(), null);
            return tls;
        } catch (IOException | GeneralSecurityException e) {
            throw new ConfigurationException(property + ": " + file + " cannot be read as PEM certificates", e);
        }
    }
}
