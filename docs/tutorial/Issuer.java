import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;

/**
 * Stands in for an identity provider, which docs/tutorial/keyturn.properties trusts. {@code java docs/tutorial/Issuer.java
 * ada tenant=acme} says for a day that the caller is ada, of the tenant acme: target/tutorial/ada.jwt is a bearer token.
 */
public class Issuer {

    private static final Path FOLDER = Path.of("target/tutorial");
    private static final Path PUBLIC = FOLDER.resolve("issuer.pem");
    private static final Path PRIVATE = FOLDER.resolve("issuer.key");

    public static void main(String... who) throws Exception {
        var claims = new StringBuilder("{\"iss\": \"https://issuer.example.com\", \"aud\": \"keyturn\", \"sub\": \"" + who[0]
                + "\", \"exp\": " + (Instant.now().getEpochSecond() + 86_400));
        for (int n = 1; n < who.length; n++) {
            claims.append(", \"").append(who[n].replace("=", "\": \"")).append('"');
        }
        var signed = base64("{\"alg\": \"RS256\", \"typ\": \"JWT\"}".getBytes()) + "." + base64((claims + "}").getBytes());
        var signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(key());
        signature.update(signed.getBytes());
        Files.writeString(FOLDER.resolve(who[0] + ".jwt"), signed + "." + base64(signature.sign()));
    }

    private static PrivateKey key() throws Exception {
        if (Files.exists(PRIVATE)) {
            return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(PRIVATE)));
        }
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        var pair = generator.generateKeyPair();
        Files.createDirectories(FOLDER);
        Files.write(PRIVATE, pair.getPrivate().getEncoded());
        Files.writeString(PUBLIC, "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(pair.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n");
        return pair.getPrivate();
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
