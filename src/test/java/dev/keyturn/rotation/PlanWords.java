package dev.keyturn.rotation;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.ApiSecret;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyState;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.rotation.Delivered.Restart;
import dev.keyturn.rotation.Proof.Question;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The short words of the plan's tables; see {@link RotationPlanTest}. */
final class PlanWords {

    static final long VERSION = 7;

    private PlanWords() {}

    /** {@code A- B=! C+@1h}: A RETIRING, B ACTIVE and found out, C STAGED an hour after the start. */
    static KeyRing ring(String words) {
        return new KeyRing(VERSION, Arrays.stream(words.split(" ")).map(PlanWords::key).toList());
    }

    private static SigningKey key(String word) {
        var name = word.substring(0, 1);
        var state = switch (word.charAt(1)) {
            case '+' -> KeyState.STAGED;
            case '=' -> KeyState.ACTIVE;
            case '-' -> KeyState.RETIRING;
            default -> throw new IllegalArgumentException(word);
        };
        return new SigningKey(new ApiKey(name), secret(name), state, TestClock.START.minusSeconds(1_000_000),
                word.contains("@") ? at(word.substring(word.indexOf('@') + 1)) : TestClock.START, word.contains("!"));
    }

    private static ApiSecret secret(String name) {
        return ApiSecret.of(TestKeys.secretOf(name));
    }

    /** {@code 18h52m} after the start; {@code -1h} before it. */
    static Instant at(String words) {
        return TestClock.START.plus(words.startsWith("-") ? Duration.parse("PT" + words.substring(1)).negated()
                : Duration.parse("PT" + words));
    }

    /** {@code ?}: nobody can look; {@code nothing}; {@code v7 A B DUE}, {@code foreign A}, {@code v7 broken @1h}. */
    static Optional<Delivered> delivered(String words) {
        if (words.equals("?")) {
            return Optional.empty();
        }
        if (words.equals("nothing")) {
            return Optional.of(Delivered.NOTHING);
        }
        var pairs = new LinkedHashMap<ApiKey, ApiSecret>();
        var restart = Restart.DONE;
        var written = TestClock.START;
        var header = Optional.<KeyFile.Header>empty();
        for (var word : words.split(" ")) {
            if (word.startsWith("v")) {
                var version = Long.parseLong(word.substring(1));
                header = Optional.of(new KeyFile.Header(version, new ApiKey("A"), TestClock.START));
            } else if (word.startsWith("@")) {
                written = at(word.substring(1));
            } else if (word.equals("DUE") || word.equals("UNDER_WAY")) {
                restart = Restart.valueOf(word);
            } else if (word.length() == 1) {
                pairs.put(new ApiKey(word), secret(word));
            } else if (word.endsWith("'")) { // the same name with another secret
                pairs.put(new ApiKey(word.substring(0, 1)), secret(word));
            }
        }
        return Optional.of(new Delivered(Optional.of(new KeyFile(header, pairs)), "1", written, restart, "1 of 2"));
    }

    /** {@code +B -A}: that B is accepted and A refused, and after a colon what was amiss with it. */
    static Optional<Proof> proof(String words) {
        if (words.equals("none")) {
            return Optional.empty();
        }
        var parts = words.split(": ");
        var question = question(parts[0]);
        var amiss = parts.length == 1 ? "" : parts[1];
        var good = List.of(answer("n1", question, ""), answer("n2", question, ""));
        var bad = switch (amiss) {
            case "", "once" -> good;
            case "too few" -> good.subList(0, 1);
            case "another node" -> List.of(good.get(0), answer("n3", question, ""));
            default -> List.of(good.get(0), answer("n2", question, amiss));
        };
        return Optional.of(new Proof(question, TestClock.START, amiss.equals("once") ? List.of(good)
                : List.of(good, bad)));
    }

    private static NodeAnswer answer(String node, Question question, String amiss) {
        var verdicts = new LinkedHashMap<ApiKey, Verdict>();
        question.accepted().forEach(key -> verdicts.put(key, Verdict.ACCEPTS));
        question.refused().forEach(key -> verdicts.put(key, Verdict.REFUSES));
        switch (amiss) {
            case "says the opposite" -> verdicts.replaceAll((key, verdict) ->
                    verdict == Verdict.ACCEPTS ? Verdict.REFUSES : Verdict.ACCEPTS);
            case "does not know" -> verdicts.replaceAll((key, verdict) -> Verdict.UNKNOWN);
            case "was not asked" -> verdicts.clear();
            default -> {}
        }
        var ahead = amiss.equals("another time") ? Optional.of(Duration.ofSeconds(61))
                : amiss.equals("another minute") ? Optional.of(Duration.ofSeconds(-60)) : Optional.<Duration>empty();
        var stranger = amiss.equals("stranger");
        return new NodeAnswer(node, verdicts, ahead, stranger || amiss.equals("silent") ? amiss : "", stranger);
    }

    static Question question(String words) {
        return new Question(names(words, '+'), names(words, '-'));
    }

    private static Set<ApiKey> names(String words, char sign) {
        return Arrays.stream(words.split(" ")).filter(word -> word.charAt(0) == sign)
                .map(word -> new ApiKey(word.substring(1))).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    static String words(Next next) {
        if (next instanceof Next.Deliver deliver) {
            return "deliver v" + deliver.file().header().orElseThrow().ringVersion() + " "
                    + words(deliver.file().pairs());
        }
        if (next instanceof Next.Promote promote) {
            return "promote " + promote.key();
        }
        if (next instanceof Next.Drop drop) {
            return "drop " + words(drop.keys());
        }
        if (next instanceof Next.Ask ask) {
            return "ask " + (signed(ask.question().accepted(), "+") + signed(ask.question().refused(), "-")).strip();
        }
        if (next instanceof Next.Wait wait) {
            return wait.late() ? "blocked" : "wait";
        }
        if (next instanceof Next.Rest rest) {
            return "rest until " + Duration.between(TestClock.START, rest.due().orElseThrow())
                    .toString().substring(2).toLowerCase(Locale.ROOT);
        }
        return ((Next.Act) next).step().name().toLowerCase(Locale.ROOT);
    }

    private static String words(Map<ApiKey, ApiSecret> pairs) {
        return words(pairs.keySet());
    }

    private static String words(Collection<ApiKey> keys) {
        return keys.stream().map(ApiKey::value).collect(Collectors.joining(" "));
    }

    private static String signed(Set<ApiKey> keys, String sign) {
        return keys.stream().map(key -> sign + key + " ").collect(Collectors.joining());
    }
}
