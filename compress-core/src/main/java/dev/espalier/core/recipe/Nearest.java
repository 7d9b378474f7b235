package dev.espalier.core.recipe;

import java.util.Collection;
import java.util.Comparator;

/** Finds the name that a user probably meant. */
public final class Nearest {
    private Nearest() {}

    /**
     * {@code ", did you mean 'x'?"} with the valid name nearest to {@code typed} by edit distance,
     * or a list of the valid names where none is near.
     */
    public static String hint(String typed, Collection<String> valid) {
        int limit = Math.max(1, typed.length() / 3 + 1);
        return valid.stream()
                .filter(name -> distance(typed, name) <= limit)
                .min(
                        Comparator.comparingInt((String name) -> distance(typed, name))
                                .thenComparing(Comparator.naturalOrder()))
                .map(name -> ", did you mean '" + name + "'?")
                .orElse(
                        valid.isEmpty()
                                ? "; nothing is expected here"
                                : "; expected one of " + String.join(", ", valid));
    }

    /**
     * Least number of letters inserted, deleted, replaced or swapped with their neighbour that
     * turns one word into the other (Damerau and Levenshtein, restricted to separate edits).
     */
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int replace = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] =
                        Math.min(d[i - 1][j - 1] + replace, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                if (i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
