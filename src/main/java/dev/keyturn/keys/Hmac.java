package dev.keyturn.keys;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA256 keyed with an API secret, which every JDK has (HS256, RFC 7518 §3.2). */
public final class Hmac {

    /** Of every signature, in bytes. */
    static final int LENGTH = 32;

    private static final String NAME = "HmacSHA256";

    private Hmac() {}

    /** For one signature after another by one thread; {@link #copy} it for more. */
    public static Mac keyed(ApiSecret secret) {
        try {
            var hmac = Mac.getInstance(NAME);
            hmac.init(new SecretKeySpec(secret.reveal().getBytes(StandardCharsets.UTF_8), NAME));
            return hmac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A copy for one signature: preparing the key once is half the cost of signing. */
    public static Mac copy(Mac keyed) {
        try {
            return (Mac) keyed.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }
}
