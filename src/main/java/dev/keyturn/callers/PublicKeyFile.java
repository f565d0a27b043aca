package dev.keyturn.callers;

import dev.keyturn.callers.KeysNotFetchedException.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * An issuer's keys in a file: a JWK Set, or one PEM block (RFC 7468).
 *
 * @param path of the file, which may be replaced while the program runs
 */
record PublicKeyFile(Path path) implements KeySource {

    private static final Pattern PEM_BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*+)-----END \\1-----");
    private static final List<String> KEY_TYPES = List.of("RSA", "EC", "EdDSA");

    @Override
    public List<VerificationKey> fetch() throws KeysNotFetchedException {
        var text = text();
        if (text.stripLeading().startsWith("{")) {
            return JwkSet.read(text);
        }
        var blocks = PEM_BLOCK.matcher(text).results().toList();
        if (blocks.size() != 1) {
            throw new KeysNotFetchedException(Kind.BROKEN, blocks.isEmpty()
                    ? "it is neither PEM nor a JWK Set" : "it has several PEM blocks; write several keys as a JWK Set");
        }
        return List.of(pem(blocks.get(0).group(1), blocks.get(0).group(2)));
    }

    private String text() throws KeysNotFetchedException {
        try (var in = Files.newInputStream(path)) {
            var bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new KeysNotFetchedException(Kind.BROKEN, "it is larger than 1 MiB");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new KeysNotFetchedException(Kind.UNREACHABLE, "it cannot be read: " + e.getClass().getSimpleName());
        }
    }

    private static VerificationKey pem(String label, String base64) throws KeysNotFetchedException {
        try {
            var der = Base64.getMimeDecoder().decode(base64);
            var key = switch (label) {
                case "PUBLIC KEY" -> publicKey(der);
                case "CERTIFICATE" -> CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(der)).getPublicKey();
                default -> throw new KeysNotFetchedException(Kind.BROKEN,
                        "it holds a " + label + ", not a PUBLIC KEY or CERTIFICATE; openssl pkey -pubout writes one");
            };
            return VerificationKey.ofPem(key);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new KeysNotFetchedException(Kind.BROKEN, "its PEM block cannot be read");
        }
    }

    private static PublicKey publicKey(byte[] der) throws GeneralSecurityException {
        for (var type : KEY_TYPES) {
            try {
                return KeyFactory.getInstance(type).generatePublic(new X509EncodedKeySpec(der));
            } catch (GeneralSecurityException e) {
                continue; // of another type; the bytes say which, but only a key factory reads them
            }
        }
        throw new GeneralSecurityException();
    }
}
