package dev.keyturn.policy;

/** Random or hashed bytes as characters that no pattern, URL or log needs to quote. */
final class Base62 {

    /** 22 characters are 130 bits. */
    static final int LENGTH = 22;

    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private Base62() {}

    /** One character for each of the first {@link #LENGTH} bytes: 5.94 bits each, the bias of 256 over 62 included. */
    static String of(byte[] bytes) {
        var text = new char[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            text[i] = ALPHABET.charAt((bytes[i] & 0xff) % ALPHABET.length());
        }
        return new String(text);
    }
}
