package dev.espalier.core.simplify;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Counts what was done, for one note at the end. */
final class ChangeCounts {
    private final Map<String, Integer> counts = new LinkedHashMap<>();

    /**
     * @param what a phrase with {@code %s} for the number
     */
    void add(String what, int count) {
        counts.merge(what, count, Integer::sum);
    }

    @Override
    public String toString() {
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .map(entry -> String.format(Locale.ROOT, entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
    }
}
