package dev.espalier.core.analysis;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.nio.ByteBuffer;

/**
 * Goes between the weight [Co, Ci, k1..kn] of a dense convolution and the one [Co, Ci/G, k1..kn] of
 * a group convolution, which are the G blocks on the diagonal of the dense one, below each other.
 * Element types of at least a byte.
 */
public final class DiagonalBlocks {
    private DiagonalBlocks() {}

    /**
     * The blocks of a dense weight; what lies outside of them is dropped.
     *
     * @throws IllegalArgumentException where {@code groups} does not divide Co and Ci
     */
    public static Tensor of(Tensor dense, int groups) {
        int outputs = Math.toIntExact(dense.shape().size(0));
        int inputs = Math.toIntExact(dense.shape().size(1));
        requireDivisible(outputs, inputs, groups);
        int width = inputs / groups;
        Shape shape = dense.shape().with(1, Dim.of(width));
        int element = elementBytes(dense);
        ByteBuffer from = dense.bytes();
        ByteBuffer to = ByteBuffer.allocate((int) dense.dataType().bytes(shape.elementCount()));
        for (int row = 0; row < outputs; row++) {
            int column = row / (outputs / groups) * width;
            to.put(from.slice((row * inputs + column) * element, width * element));
        }
        return Tensor.of(dense.dataType(), shape, to.flip());
    }

    /**
     * A dense weight that computes what {@code blocks} do in {@code groups} groups: with zeros
     * outside of them.
     *
     * @throws IllegalArgumentException where {@code groups} does not divide Co
     * @throws UnsupportedModelException where it would take a quarter of the heap; see {@link
     *     #denseBytes}
     */
    public static Tensor dense(Tensor blocks, int groups) {
        int outputs = Math.toIntExact(blocks.shape().size(0));
        int width = Math.toIntExact(blocks.shape().size(1));
        long bytes = denseBytes(blocks, groups);
        requireMemory(bytes);
        requireDivisible(outputs, width * groups, groups);
        Shape shape = blocks.shape().with(1, Dim.of((long) width * groups));
        int element = elementBytes(blocks);
        ByteBuffer from = blocks.bytes();
        ByteBuffer to = ByteBuffer.allocate(Math.toIntExact(bytes));
        for (int row = 0; row < outputs; row++) {
            int column = row / (outputs / groups) * width;
            to.position((row * groups * width + column) * element);
            to.put(from.slice(row * width * element, width * element));
        }
        return Tensor.of(blocks.dataType(), shape, to.rewind());
    }

    /** Bytes that {@link #dense} makes: those of {@code blocks} for each group. */
    public static long denseBytes(Tensor blocks, int groups) {
        return Math.multiplyExact(blocks.byteSize(), (long) groups);
    }

    /**
     * Refuses to make {@code bytes} of weights that a file does not hold; a small file must not
     * fill the memory.
     *
     * @throws UnsupportedModelException where that is over a quarter of the heap
     */
    public static void requireMemory(long bytes) {
        long heap = Runtime.getRuntime().maxMemory();
        if (bytes > Math.min(heap / 4, Integer.MAX_VALUE)) {
            throw new UnsupportedModelException(
                    "grouped convolutions of this model take %s MiB when written densely, too much for a heap of %s MiB; start with a larger one (-Xmx)"
                            .formatted(bytes >> 20, heap >> 20));
        }
    }

    private static void requireDivisible(int outputs, int inputs, int groups) {
        if (groups < 1 || outputs % groups != 0 || inputs % groups != 0) {
            throw new IllegalArgumentException(
                    "%s groups do not divide %s outputs and %s inputs"
                            .formatted(groups, outputs, inputs));
        }
    }

    private static int elementBytes(Tensor weight) {
        long kernel = 1;
        for (int axis = 2; axis < weight.shape().rank(); axis++) {
            kernel *= weight.shape().size(axis);
        }
        return Math.toIntExact(weight.dataType().bytes(kernel));
    }
}
