package dev.keyturn.tokens;

/** The two casings of protobuf's JSON: {@code room_name} and {@code roomName}. */
final class Casing {

    private Casing() {}

    /** The snake_case form; text that has it already comes back as it is. */
    static String snake(String name) {
        StringBuilder snake = null;
        for (int i = 0; i < name.length(); i++) {
            var c = name.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                if (snake == null) {
                    snake = new StringBuilder(name.length() + 4).append(name, 0, i);
                }
                snake.append('_').append((char) (c + ('a' - 'A')));
            } else if (snake != null) {
                snake.append(c);
            }
        }
        return snake == null ? name : snake.toString();
    }
}
