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

    /**
     * @param hmac keyed with the secret that signs ({@link Hmac}); used up by this
     * @param json the claims, in UTF-8
     */
    public static String of(Mac hmac, byte[] json) {
        var claims = BASE64URL.encode(json);
        var signed = new byte[HEADER.length + claims.length];
        System.arraycopy(HEADER, 0, signed, 0, HEADER.length);
        System.arraycopy(claims, 0, signed, HEADER.length, claims.length);
        var signature = BASE64URL.encode(hmac.doFinal(signed));
        var token = new byte[signed.length + 1 + signature.length];
        System.arraycopy(signed, 0, token, 0, signed.length);
        token[signed.length] = '.';
        System.arraycopy(signature, 0, token, signed.length + 1, signature.length);
        return new String(token, StandardCharsets.ISO_8859_1);
    }
}
