package dev.espalier.core.op.math;

import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;

/** {@code C = A >= B}, element by element under broadcasting. */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class GreaterOrEqual extends Comparison {
    @Override
    public String type() {
        return "GreaterOrEqual";
    }

    @Override
    boolean holds(double a, double b) {
        return a >= b;
    }

    @Override
    boolean holds(long a, long b) {
        return a >= b;
    }

    @Override
    String torchName() {
        return "ge";
    }
}
