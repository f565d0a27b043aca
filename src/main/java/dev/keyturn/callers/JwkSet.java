package dev.keyturn.callers;

import dev.keyturn.callers.KeysNotFetchedException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.Use;
import org.jose4j.lang.JoseException;

/** Reads a JWK Set (RFC 7517 section 5). */
final class JwkSet {

    private JwkSet() {
    }

    /**
     * The public signature keys of a set. Others are left out, as RFC 7517 section 5 asks: symmetric keys, keys for
     * encryption ({@code use}, {@code key_ops}), of unknown types, or broken ones. (jose4j's own set would do for the
     * parsing, but writes what it leaves out into the debug log, private parts included.)
     */
    static List<VerificationKey> read(String json) throws KeysNotFetchedException {
        try {
            if (!(JsonUtil.parseJson(json).get("keys") instanceof List<?> shown)) {
                throw new KeysNotFetchedException(Kind.BROKEN, "no JWK Set: it has no list of \"keys\"");
            }
            var keys = new ArrayList<VerificationKey>();
            for (var jwk : shown) {
                if (jwk instanceof Map<?, ?> parameters) {
                    addTo(keys, parameters);
                }
            }
            return keys;
        } catch (JoseException | RuntimeException e) {
            throw new KeysNotFetchedException(Kind.BROKEN, "no JWK Set: it is not JSON, or a name occurs twice");
        }
    }

    @SuppressWarnings("unchecked") // a JSON object's names are text
    private static void addTo(List<VerificationKey> keys, Map<?, ?> parameters) {
        try {
            var jwk = PublicJsonWebKey.Factory.newPublicJwk((Map<String, Object>) parameters);
            var signs = jwk.getUse() == null || Use.SIGNATURE.equals(jwk.getUse());
            var verifies = jwk.getKeyOps() == null || jwk.getKeyOps().contains("verify");
            if (signs && verifies) {
                keys.add(VerificationKey.ofJwk(jwk.getKeyId(), jwk.getAlgorithm(), jwk.getPublicKey()));
            }
        } catch (JoseException | RuntimeException e) {
            // one key nobody here can read leaves the others readable
        }
    }
}
