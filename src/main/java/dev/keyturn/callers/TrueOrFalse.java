package dev.keyturn.callers;

import org.eclipse.microprofile.config.spi.Converter;

/** {@code true} or {@code false}: the platform's own takes every other text for false, with no more than a warning. */
public final class TrueOrFalse implements Converter<Boolean> {

    @Override
    public Boolean convert(String value) {
        return switch (value.strip()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("it is true or false");
        };
    }
}
