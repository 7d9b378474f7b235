package dev.espalier.core.op.spec;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;

/** Steps that the shape and channel rules of several operators have in common. */
public final class Shapes {
    private Shapes() {}

    /** Ties every axis of input {@code i} to the same axis of the first output. */
    public static void tieAll(Call call, int i, ChannelLinks links) {
        for (int axis = 0; axis < call.shape(i).rank(); axis++) {
            links.tie(call.node().input(i), axis, call.node().output(0), axis);
        }
    }

    /** {@code a * b}, {@link Dim#UNKNOWN} where it cannot be told. */
    public static Dim times(Dim a, Dim b) {
        if (a.isFixed() && b.isFixed()) {
            return Dim.of(Math.multiplyExact(a.size(), b.size()));
        }
        if (a.isFixed() && a.size() == 1) {
            return b;
        }
        return b.isFixed() && b.size() == 1 ? a : Dim.UNKNOWN;
    }

    /** The product of the dimensions from {@code from} to before {@code to}. */
    public static Dim product(Shape shape, int from, int to) {
        Dim product = Dim.of(1);
        for (int axis = from; axis < to; axis++) {
            product = times(product, shape.dim(axis));
        }
        return product;
    }

    /** The better known of two dimensions that are equal. */
    public static Dim known(Dim a, Dim b) {
        return a.isFixed() || b.equals(Dim.UNKNOWN) ? a : b;
    }
}
