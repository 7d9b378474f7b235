package dev.espalier.core.profile;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was measured for a {@link ProfileQuestion}.
 *
 * @param id of the question
 * @param micros median microseconds of a layer, by the name of the candidate
 */
public record ProfileAnswer(String id, Map<String, Double> micros) {
    /** What counts as faster: this share of the time. Less is noise. */
    private static final double FASTER = 0.97;

    public ProfileAnswer {
        micros = Collections.unmodifiableMap(new TreeMap<>(micros));
        if (!micros.values().stream().allMatch(each -> each > 0 && each < Double.MAX_VALUE)) {
            throw new IllegalArgumentException("'%s' took %s".formatted(id, micros.values()));
        }
    }

    /**
     * Microseconds of a layer written so.
     *
     * @throws IllegalArgumentException where it was not measured
     */
    public double micros(String candidate) {
        Double found = micros.get(candidate);
        if (found == null) {
            throw new IllegalArgumentException(
                    "'%s' measured %s, not %s".formatted(id, micros.keySet(), candidate));
        }
        return found;
    }

    /** Whether {@code one} takes less time than {@code other}, by more than noise. */
    public boolean isFaster(String one, String other) {
        return micros(one) < FASTER * micros(other);
    }
}
