package dev.espalier.groupconv.convert;

import dev.espalier.core.analysis.TensorSlices;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.groupconv.GroupStructure;
import java.nio.ByteBuffer;

/**
 * Goes between the weight [Co, Ci, k1..kn] of a dense convolution and the one [Co, Ci/G, k1..kn] of
 * a group convolution, which are the G blocks on the diagonal of the dense one.
 */
final class BlockWeights {
    private BlockWeights() {}

    /** The blocks that {@code structure} keeps, below each other in its order. */
    static Tensor blocks(Tensor dense, GroupStructure structure) {
        Tensor rows = TensorSlices.keep(dense, 0, structure.outputs().toArray());
        Tensor sorted = TensorSlices.keep(rows, 1, structure.inputs().toArray());
        int height = structure.outputs().size() / structure.groups();
        int width = structure.inputs().size() / structure.groups();
        Shape shape = dense.shape().with(1, Dim.of(width));
        int element = elementBytes(dense);
        ByteBuffer from = sorted.bytes();
        ByteBuffer to = ByteBuffer.allocate((int) dense.dataType().bytes(shape.elementCount()));
        for (int row = 0; row < structure.outputs().size(); row++) {
            int column = row / height * width;
            to.put(
                    from.slice(
                            (row * structure.inputs().size() + column) * element, width * element));
        }
        return Tensor.of(dense.dataType(), shape, to.flip());
    }

    /** A dense weight that computes what a weight of {@code groups} groups does. */
    static Tensor dense(Tensor grouped, int groups) {
        int outputs = Math.toIntExact(grouped.shape().size(0));
        int width = Math.toIntExact(grouped.shape().size(1));
        Shape shape = grouped.shape().with(1, Dim.of((long) width * groups));
        int element = elementBytes(grouped);
        ByteBuffer from = grouped.bytes();
        long bytes = grouped.dataType().bytes(shape.elementCount());
        ByteBuffer to = ByteBuffer.allocate(Math.toIntExact(bytes));
        for (int row = 0; row < outputs; row++) {
            int column = row / (outputs / groups) * width;
            to.position((row * groups * width + column) * element);
            to.put(from.slice(row * width * element, width * element));
        }
        return Tensor.of(grouped.dataType(), shape, to.rewind());
    }

    /** The weight with zeros outside of the blocks that {@code structure} keeps. */
    static Tensor masked(Tensor dense, GroupStructure structure) {
        Tensor kept = dense(blocks(dense, structure), structure.groups());
        Tensor rows = TensorSlices.keep(kept, 0, structure.outputs().inverse().toArray());
        return TensorSlices.keep(rows, 1, structure.inputs().inverse().toArray());
    }

    private static int elementBytes(Tensor weight) {
        long kernel = 1;
        for (int axis = 2; axis < weight.shape().rank(); axis++) {
            kernel *= weight.shape().size(axis);
        }
        return Math.toIntExact(weight.dataType().bytes(kernel));
    }
}
