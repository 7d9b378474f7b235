package dev.espalier.core.op.control;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is certain of a value that is made in one way or in another. */
final class Common {
    private Common() {}

    /** Empty where one is not known or the element types differ. */
    static Optional<TensorType> of(Optional<TensorType> a, Optional<TensorType> b) {
        if (a.isEmpty() || b.isEmpty() || a.get().dataType() != b.get().dataType()) {
            return Optional.empty();
        }
        return Optional.of(a.get().withShape(of(a.get().shape(), b.get().shape())));
    }

    private static Shape of(Shape a, Shape b) {
        if (a.equals(b)) {
            return a;
        }
        if (!a.isRanked() || !b.isRanked() || a.rank() != b.rank()) {
            return Shape.UNRANKED;
        }
        List<Dim> dims = new ArrayList<>();
        for (int axis = 0; axis < a.rank(); axis++) {
            dims.add(a.dim(axis).equals(b.dim(axis)) ? a.dim(axis) : Dim.UNKNOWN);
        }
        return Shape.of(dims);
    }
}
