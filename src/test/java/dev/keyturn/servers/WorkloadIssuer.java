package dev.keyturn.servers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** Signs JWTs as a cluster does for its workloads, with a key of its own. */
public final class WorkloadIssuer {

    public static final String ISSUER = "https://issuer.test";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final KeyPair keys;

    public WorkloadIssuer() {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            keys = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public String publicKeyPem() {
        return pem("PUBLIC KEY", keys.getPublic());
    }

    String privateKeyPem() {
        return pem("PRIVATE KEY", keys.getPrivate());
    }

    private static String pem(String type, Key key) {
        return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                + "\n-----END " + type + "-----\n";
    }

    /** An RS256 token of this subject for this audience that lives five minutes. */
    public String token(String subject, String audience) {
        var now = Instant.now().getEpochSecond();
        return token(Map.of("iss", ISSUER, "sub", subject, "aud", audience, "iat", now, "exp", now + 300));
    }

    public String token(Map<String, Object> claims) {
        try {
            var signed = base64(JSON.writeValueAsBytes(Map.of("alg", "RS256", "typ", "JWT"))) + "."
                    + base64(JSON.writeValueAsBytes(new HashMap<>(claims)));
            var signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(keys.getPrivate());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + base64(signature.sign());
        } catch (GeneralSecurityException | JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
