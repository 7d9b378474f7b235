package dev.espalier.core.op.math;

/** {@code C = A == B}, element by element under broadcasting. */
final class Equal extends Comparison {
    @Override
    public String type() {
        return "Equal";
    }

    @Override
    boolean holds(double a, double b) {
        return a == b;
    }

    @Override
    boolean holds(long a, long b) {
        return a == b;
    }

    @Override
    String torchName() {
        return "eq";
    }
}
