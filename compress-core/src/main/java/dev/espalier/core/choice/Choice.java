package dev.espalier.core.choice;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One alternative of each decision. */
public final class Choice<T> {
    private final Map<Decision<T>, Alternative<T>> taken;

    private Choice(Map<Decision<T>, Alternative<T>> taken) {
        this.taken = taken;
    }

    /**
     * How things stand.
     *
     * @throws IllegalArgumentException where two decisions are the same, down to the name
     */
    public static <T> Choice<T> now(List<Decision<T>> decisions) {
        Map<Decision<T>, Alternative<T>> taken = new LinkedHashMap<>();
        for (Decision<T> decision : decisions) {
            if (taken.put(decision, decision.now()) != null) {
                throw new IllegalArgumentException(
                        "'" + decision.name() + "' is to be decided twice");
            }
        }
        return new Choice<>(taken);
    }

    /**
     * This with another alternative.
     *
     * @throws IllegalArgumentException where it is none of the decision's, or that is not decided
     *     here
     */
    public Choice<T> with(Decision<T> decision, Alternative<T> alternative) {
        if (!taken.containsKey(decision) || !decision.alternatives().contains(alternative)) {
            throw new IllegalArgumentException(
                    "'%s' has no alternative %s".formatted(decision.name(), alternative.what()));
        }
        Map<Decision<T>, Alternative<T>> changed = new LinkedHashMap<>(taken);
        changed.put(decision, alternative);
        return new Choice<>(changed);
    }

    /** In the order in which the decisions were given. */
    public Map<Decision<T>, Alternative<T>> taken() {
        return Collections.unmodifiableMap(taken);
    }

    /** What was taken of {@code decision}. */
    public T of(Decision<T> decision) {
        return taken.get(decision).what();
    }

    /** The decisions of which another alternative is taken than {@link Decision#now}. */
    public List<Decision<T>> changed() {
        List<Decision<T>> changed = new ArrayList<>();
        taken.forEach(
                (decision, alternative) -> {
                    if (!alternative.equals(decision.now())) {
                        changed.add(decision);
                    }
                });
        return changed;
    }

    /** Of all that is taken. */
    public Costs costs() {
        return taken.values().stream().map(Alternative::costs).reduce(Costs.NONE, Costs::plus);
    }
}
