package dev.keyturn.file;

import java.io.IOException;

/** Others could read a file that holds secrets. The message says how to mend it. */
final class WrongModeException extends IOException {

    WrongModeException(String message) {
        super(message);
    }
}
