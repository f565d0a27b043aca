package dev.keyturn.doctor;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Judges the certificate that a server shows: its days, its name, and whether clients will trust it. */
public final class Certificates {

    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private final X509TrustManager authorities;
    private final Clock clock;
    private final Duration expiresWithin;

    /**
     * @param authorities   PEM certificates to trust instead of the platform's
     * @param expiresWithin one that is valid no longer than this is warned of
     * @throws IllegalArgumentException if they cannot be read
     */
    public Certificates(Optional<Path> authorities, Clock clock, Duration expiresWithin) {
        this.authorities = trusted(authorities);
        this.clock = clock;
        this.expiresWithin = expiresWithin;
    }

    /**
     * @param host  by which clients call the server
     * @param renew which setting holds its certificate, as the end of a sentence: {@code the ingress' certificate}
     */
    Finding judge(String item, String host, List<X509Certificate> chain, String renew) {
        if (chain.isEmpty()) {
            return Finding.fault(item, "shows no certificate", "Set " + renew + ".");
        }
        var own = chain.get(0);
        var now = clock.instant();
        var ends = own.getNotAfter().toInstant();
        var names = names(own);
        if (now.isAfter(ends)) {
            return Finding.fault(item, "its certificate expired " + Words.span(Duration.between(ends, now)) + " ago, "
                    + day(ends), "Renew " + renew + ", and see that what renews it also reloads the server.");
        }
        if (now.isBefore(own.getNotBefore().toInstant())) {
            return Finding.fault(item, "its certificate is not valid before " + own.getNotBefore().toInstant(),
                    "Set the clock that is wrong, this machine's or that of whoever made it, or replace " + renew
                            + ".");
        }
        if (names.stream().noneMatch(name -> isFor(name, host))) {
            return Finding.fault(item, "its certificate is for " + (names.isEmpty() ? "no name at all"
                    : Words.printable(Words.all(names))) + ", not for " + host,
                    "Put a certificate for " + host + " into " + renew + "; clients refuse this one.");
        }
        var distrust = distrust(chain);
        if (!distrust.isEmpty()) {
            return Finding.fault(item, distrust, "Let " + renew + " hold the whole chain, the server's own first, of an"
                    + " authority that clients trust. If it is your own authority, give it to --ca-file.");
        }
        var left = Duration.between(now, ends);
        var found = "valid for " + host + " until " + day(ends) + " (" + Words.span(left) + ")";
        return left.compareTo(expiresWithin) > 0 ? Finding.ok(item, found)
                : Finding.warning(item, found, "Renew " + renew + " now: what should have done so has not.");
    }

    /** Whether clients that call it by this name would talk to it. */
    boolean trusts(String host, List<X509Certificate> chain) {
        return judge("", host, chain, "").verdict() != Verdict.FAULT;
    }

    private static Instant day(Instant moment) {
        return moment.truncatedTo(ChronoUnit.SECONDS);
    }

    private String distrust(List<X509Certificate> chain) {
        try {
            authorities.checkServerTrusted(chain.toArray(X509Certificate[]::new), "UNKNOWN");
            return "";
        } catch (CertificateException e) {
            var own = chain.get(0);
            if (own.getIssuerX500Principal().equals(own.getSubjectX500Principal())) {
                return "its certificate is its own authority, which nobody trusts";
            }
            return chain.size() == 1
                    ? "its certificate came without the authority's in between, or that is not trusted here"
                    : "its certificate is of an authority that is not trusted here";
        }
    }

    /** The names that it is for; a subject's common name has not counted for long (RFC 9110 §4.3.4). */
    private static List<String> names(X509Certificate certificate) {
        var names = new ArrayList<String>();
        try {
            var alternatives = Optional.<Collection<List<?>>>ofNullable(certificate.getSubjectAlternativeNames());
            for (var name : alternatives.orElse(List.of())) {
                if (name.get(0).equals(DNS_NAME) || name.get(0).equals(IP_ADDRESS)) {
                    names.add(String.valueOf(name.get(1)));
                }
            }
        } catch (CertificateException unreadable) {
            // as good as none
        }
        return names;
    }

    /** Exactly, as an address, or by a star for the first label (RFC 9525 §6.3). */
    static boolean isFor(String name, String host) {
        if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
            return sameAddress(name, host);
        }
        var wanted = host.toLowerCase(Locale.ROOT);
        var given = name.toLowerCase(Locale.ROOT);
        if (given.startsWith("*.")) {
            var dot = wanted.indexOf('.');
            return dot > 0 && wanted.substring(dot).equals(given.substring(1));
        }
        return given.equals(wanted);
    }

    private static boolean sameAddress(String name, String host) {
        if (!NetUtil.isValidIpV4Address(name) && !NetUtil.isValidIpV6Address(name)) {
            return false;
        }
        try {
            return InetAddress.getByName(name).equals(InetAddress.getByName(host)); // both are addresses: nobody is asked
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static X509TrustManager trusted(Optional<Path> file) {
        try {
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(file.isEmpty() ? null : store(file.get()));
            return Stream.of(factory.getTrustManagers()).filter(X509TrustManager.class::isInstance)
                    .map(X509TrustManager.class::cast).findFirst().orElseThrow();
        } catch (IOException | CertificateException e) {
            throw new IllegalArgumentException(file.map(Path::toString).orElse("the platform's store")
                    + " cannot be read as PEM certificates");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every Java has them
        }
    }

    private static KeyStore store(Path file) throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(file)) {
            var certificates = CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new CertificateException("empty");
            }
            for (var certificate : certificates) {
                store.setCertificateEntry("authority " + store.size(), certificate);
            }
        }
        return store;
    }
}
