package dev.keyturn.keys;

import java.security.SecureRandom;

/** Random text that needs no quoting in YAML, JSON, a URL or a shell. */
final class Base62 {

    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private Base62() {}

    /** Every character is drawn evenly from 62, so each is worth 5.95 bits. */
    static String random(SecureRandom random, int length) {
        var text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }
}
