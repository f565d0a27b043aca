package dev.keyturn.policy;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * {@code {claim|hash}}: a stand-in for a value that should not be read in LiveKit's logs, 22 characters of
 * {@code 0-9A-Za-z} (130 bits), always the same for the same issuer and value.
 *
 * <p>Without a key it is SHA-256 over issuer, a zero byte and value, and hides a value only from those who cannot guess
 * it: whoever has a list of e-mail addresses finds each of them. With a key it is HMAC-SHA-256, and hides it from
 * everybody who has not the key. Either way the same person is recognised from room to room.
 */
final class ClaimHash {

    private final SecretKeySpec key;

    /** @param key for HMAC, 16 bytes or more; empty for a plain hash */
    ClaimHash(byte[] key) {
        if (key.length > 0 && key.length < 16) {
            throw new IllegalArgumentException("a hash key has 16 bytes or more, not " + key.length);
        }
        this.key = key.length == 0 ? null : new SecretKeySpec(key, "HmacSHA256");
    }

    String of(String issuer, String value) {
        return Base62.of(digest((issuer + '\0' + value).getBytes(StandardCharsets.UTF_8)));
    }

    private byte[] digest(byte[] message) {
        try {
            if (key == null) {
                return MessageDigest.getInstance("SHA-256").digest(message);
            }
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(message);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256 and HMAC-SHA-256", impossible);
        }
    }
}
