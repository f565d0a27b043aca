package dev.keyturn.keys;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import javax.crypto.Mac;

/** A JWT signed with HS256 (RFC 7515, RFC 7519), of claims that are JSON already. */
public final class SignedJwt {

    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();
    private static final byte[] HEADER =
            (BASE64URL.encodeToString("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8)) + ".")
                    .getBytes(StandardCharsets.US_ASCII);

    private SignedJwt() {}

    /** How many bytes long the token of so many bytes of claims is. */
    public static int length(int json) {
        return HEADER.length + base64Length(json) + 1 + base64Length(Hmac.LENGTH);
    }

    /** {@link #of(Mac, byte[], byte[])} with room of its own. */
    public static String of(Mac hmac, byte[] json) {
        return of(hmac, json, new byte[length(json.length)]);
    }

    /**
     * @param hmac keyed with the secret that signs ({@link Hmac}), and ready for the next token afterwards
     * @param json the claims, in UTF-8
     * @param room where the token is put together, of {@link #length} bytes or more; nothing in it matters before or
     *             afterwards
     */
    public static String of(Mac hmac, byte[] json, byte[] room) {
        var claims = BASE64URL.encode(json, room); // always to the begin
        var signed = HEADER.length + claims;
        System.arraycopy(room, 0, room, HEADER.length, claims);
        System.arraycopy(HEADER, 0, room, 0, HEADER.length);
        hmac.update(room, 0, signed);
        var signature = BASE64URL.encode(hmac.doFinal());
        room[signed] = '.';
        System.arraycopy(signature, 0, room, signed + 1, signature.length);
        return new String(room, 0, signed + 1 + signature.length, StandardCharsets.ISO_8859_1);
    }

    private static int base64Length(int bytes) {
        return (bytes * 4 + 2) / 3;
    }
}
