package dev.espalier.core.op;

/** {@code C = A <= B}, element by element under broadcasting. */
@Traits(Trait.UNCHANGED_13_TO_21)
public final class LessOrEqual extends Comparison {
    @Override
    public String type() {
        return "LessOrEqual";
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
