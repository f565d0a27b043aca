package dev.keyturn.policy;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Guesses which word was meant. */
public final class Spelling {

    private Spelling() {}

    /** {@code "; did you mean rooms?"}, or which words there are if none is near. */
    static String hint(String wrong, List<String> words) {
        var plain = plain(wrong);
        var longer = words.stream().filter(word -> plain.length() > 2 && plain(word).endsWith(plain)).findFirst();
        if (longer.isPresent()) {
            return "; did you mean " + longer.get() + "?";
        }
        return nearest(wrong, words).map(word -> "; did you mean " + word + "?")
                .orElse("; there are " + String.join(", ", words));
    }

    /** The word that this one is a slip of; empty if none is near. */
    public static Optional<String> nearest(String wrong, Collection<String> words) {
        var plain = plain(wrong);
        return words.stream().min(Comparator.comparingInt(word -> distance(plain, plain(word))))
                .filter(word -> distance(plain, plain(word)) <= Math.max(1, word.length() / 3));
    }

    /** Camel case and snake case are one word. */
    private static String plain(String word) {
        var plain = word.replace("_", "").replace("-", "").toLowerCase(Locale.ROOT);
        return plain.substring(0, Math.min(64, plain.length()));
    }

    /** How many characters must be put in, taken out or replaced (Levenshtein). */
    private static int distance(String one, String other) {
        var row = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
