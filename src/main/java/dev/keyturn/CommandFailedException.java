package dev.keyturn;

/** A command cannot do what it was asked to; the message is a sentence for whoever typed it. */
class CommandFailedException extends RuntimeException {

    CommandFailedException(String message) {
        super(message);
    }
}
