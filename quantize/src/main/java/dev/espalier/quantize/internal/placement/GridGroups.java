package dev.espalier.quantize.internal.placement;

import dev.espalier.quantize.internal.grid.ValueRange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Values that share one grid, and how far a Relu or Clip that became part of the grid limits it.
 * Groups only ever grow.
 */
public final class GridGroups {
    /** What saturation has to do: keep everything within {@code 0..greatest}. */
    public record Limit(float greatest) {
        /** No Relu or Clip: any range is allowed. */
        static final Limit NONE = new Limit(Float.NaN);

        boolean isNone() {
            return Float.isNaN(greatest);
        }

        Limit and(Limit other) {
            if (isNone()) {
                return other;
            }
            return other.isNone() ? this : new Limit(Math.min(greatest, other.greatest));
        }

        public ValueRange applyTo(ValueRange range) {
            return isNone() ? range : range.clipped(0, greatest);
        }
    }

    private final Map<String, String> parents = new HashMap<>();
    private final Map<String, Limit> limits = new HashMap<>();

    /** The name of the group that {@code value} is in: one of its values. */
    public String of(String value) {
        String root = value;
        while (parents.containsKey(root)) {
            root = parents.get(root);
        }
        return root;
    }

    void join(String a, String b) {
        String into = of(a);
        String from = of(b);
        if (!into.equals(from)) {
            Limit joint = limit(a).and(limit(b));
            parents.put(from, into);
            limits.put(into, joint);
        }
    }

    void limit(String value, Limit limit) {
        limits.put(of(value), limit(value).and(limit));
    }

    public Limit limit(String value) {
        return limits.getOrDefault(of(value), Limit.NONE);
    }

    /** Those of {@code values} that are in the group of {@code value}, in order. */
    List<String> members(String value, Iterable<String> values) {
        List<String> members = new ArrayList<>();
        for (String other : values) {
            if (of(other).equals(of(value))) {
                members.add(other);
            }
        }
        return members;
    }
}
