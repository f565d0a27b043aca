package dev.keyturn.rotation;

/** It is not known who LiveKit's nodes are. The message is a sentence for an operator. */
public final class NodesException extends Exception {

    public NodesException(String message) {
        super(message);
    }
}
