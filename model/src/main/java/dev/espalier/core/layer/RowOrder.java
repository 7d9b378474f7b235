package dev.espalier.core.layer;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.op.spec.Weights;

/**
 * Where the elements of a layer's matrix W [rows, columns] are in the tensor that holds it, in
 * which the outputs lie along some axis, with or without groups along the first.
 *
 * @param rows output channels
 * @param columns elements of each
 * @param along how many output channels of one group lie along the axis of outputs
 * @param inner how many elements behind that axis lie together
 */
public record RowOrder(int rows, int columns, int along, int inner) {
    /**
     * @param weight that {@linkplain Weights#fits fits}
     */
    static RowOrder of(Weights form, Shape weight) {
        int axis = form.outputAxis(weight);
        int inner = 1;
        for (int a = axis + 1; a < weight.rank(); a++) {
            inner *= Math.toIntExact(weight.size(a));
        }
        return new RowOrder(
                form.outputs(weight),
                Math.toIntExact(form.depth(weight)),
                Math.toIntExact(weight.size(axis)),
                inner);
    }

    /** Which element of the tensor, in row-major order, stands at this place of W. */
    public int position(int row, int column) {
        int before = row / along * (columns / inner) + column / inner;
        return (before * along + row % along) * inner + column % inner;
    }

    /** The row of W that an element of the tensor stands in. */
    public int row(int position) {
        int group = position / inner / along / (columns / inner);
        return group * along + position / inner % along;
    }
}
