package dev.espalier.core.op;

import java.util.Set;

/** {@code C = A <= B}, element by element under broadcasting. */
public final class LessOrEqual extends Comparison {
    @Override
    public String type() {
        return "LessOrEqual";
    }

    @Override
    public Set<Trait> traits() {
        return Set.of(Trait.UNCHANGED_13_TO_21);
    }

    @Override
    boolean holds(double a, double b) {
        return a <= b;
    }

    @Override
    boolean holds(long a, long b) {
        return a <= b;
    }

    @Override
    String torchName() {
        return "le";
    }
}
