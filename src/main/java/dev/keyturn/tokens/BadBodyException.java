package dev.keyturn.tokens;

/** A body that is not what LiveKit's token endpoint takes. Neither message nor field repeats a value of the body. */
public class BadBodyException extends Exception {

    private final String field;

    /**
     * @param field  where, in the endpoint's snake_case words, such as {@code room_config.agents[0].agent_name}; empty
     *               for the body as a whole
     * @param detail what is wrong, in a sentence
     */
    public BadBodyException(String field, String detail) {
        super(detail);
        this.field = field;
    }

    public String field() {
        return field;
    }
}
