package dev.keyturn.policy;

import java.security.SecureRandom;
import java.util.function.Supplier;

/** Names that nobody can guess: 22 characters of {@code 0-9A-Za-z}, 130 bits. */
final class FreshName implements Supplier<String> {

    private final SecureRandom random = new SecureRandom();

    @Override
    public String get() {
        var bytes = new byte[Base62.LENGTH];
        random.nextBytes(bytes);
        return Base62.of(bytes);
    }
}
