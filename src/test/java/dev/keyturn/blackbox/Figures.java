package dev.keyturn.blackbox;

import dev.keyturn.blackbox.Join.Came;
import dev.keyturn.keys.ApiKey;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What clients saw, counted; by what LiveKit's nodes ran with at that moment, where that matters. */
final class Figures {

    private final Map<ApiKey, Integer> issued = new LinkedHashMap<>();
    private final Map<ApiKey, Integer> refused = new LinkedHashMap<>();
    private final Map<String, Integer> reasons = new TreeMap<>();
    private final Map<String, Row> phases = new LinkedHashMap<>();
    private final Row shownAgain = new Row();
    private int unavailable;

    private static final class Row {

        private final Map<Came, Integer> came = new EnumMap<>(Came.class);
        private int refreshedByOld;
        private int refreshedByNew;

        private int of(Came what) {
            return came.getOrDefault(what, 0);
        }

        private int tried() {
            return came.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    synchronized void issued(ApiKey key) {
        issued.merge(key, 1, Integer::sum);
    }

    /** A replica gave no token, because its ring was too old. */
    synchronized void unavailable() {
        unavailable++;
    }

    /** @param byNew whether LiveKit signed the refresh token with the newest key; of no matter if there is none */
    synchronized void joined(String phase, ApiKey token, Join.Result result, boolean byNew) {
        var row = phases.computeIfAbsent(phase, name -> new Row());
        count(row, token, result.came());
        if (result.came() != Came.JOINED) {
            reasons.merge(result.why(), 1, Integer::sum);
        } else if (byNew) {
            row.refreshedByNew++;
        } else {
            row.refreshedByOld++;
        }
    }

    /** A token that was presented once more shortly before its end. */
    synchronized void shownAgain(ApiKey token, Came came) {
        count(shownAgain, token, came);
    }

    private void count(Row row, ApiKey token, Came came) {
        row.came.merge(came, 1, Integer::sum);
        if (came == Came.REFUSED) {
            refused.merge(token, 1, Integer::sum);
        }
    }

    /** How often a node refused a token, by the key that had signed that. */
    synchronized Map<ApiKey, Integer> refused() {
        return new LinkedHashMap<>(refused);
    }

    /** How often this was seen while joining. */
    synchronized int joins(Came came) {
        return phases.values().stream().mapToInt(row -> row.of(came)).sum();
    }

    synchronized int shownAgain(Came came) {
        return shownAgain.of(came);
    }

    /** Which part of the refresh tokens LiveKit signed with the newest key; NaN if there was none. */
    synchronized double shareOfNew(String phase) {
        var row = phases.getOrDefault(phase, new Row());
        return (double) row.refreshedByNew / (row.refreshedByNew + row.refreshedByOld);
    }

    /** All of it, for people. */
    synchronized String table() {
        var text = new StringBuilder("""
                | LiveKit's key file | joins tried | joined | refused | node away | refresh tokens by the old key \
                | by the new key | share of the new key |
                |---|---|---|---|---|---|---|---|
                """);
        var all = new Row();
        phases.forEach((phase, row) -> {
            text.append(line(phase, row));
            row.came.forEach((came, count) -> all.came.merge(came, count, Integer::sum));
            all.refreshedByOld += row.refreshedByOld;
            all.refreshedByNew += row.refreshedByNew;
        });
        return text.append(line("together", all))
                .append("\nTokens issued, by key: ").append(issued)
                .append("; not issued, for a ring that was too old: ").append(unavailable)
                .append(".\nShown again to every node shortly before their end: ").append(shownAgain.tried())
                .append(" times, ").append(shownAgain.of(Came.REFUSED)).append(" refused, ")
                .append(shownAgain.of(Came.AWAY)).append(" node away.\n")
                .append("Refused, by the key of the token: ").append(refused)
                .append(". Why a join was none: ").append(reasons).append(".\n").toString();
    }

    private static String line(String name, Row row) {
        var refreshed = row.refreshedByOld + row.refreshedByNew;
        return String.format(Locale.ROOT, "| %s | %d | %d | %d | %d | %d | %d | %s |%n", name, row.tried(),
                row.of(Came.JOINED), row.of(Came.REFUSED), row.of(Came.AWAY), row.refreshedByOld, row.refreshedByNew,
                refreshed == 0 ? "" : String.format(Locale.ROOT, "%.1f %%", 100.0 * row.refreshedByNew / refreshed));
    }
}
