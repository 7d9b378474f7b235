package dev.espalier.core.analysis;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Tensor;
import java.nio.ByteBuffer;
import java.util.BitSet;

/** Takes slices of tensors along one axis; element types of at least a byte. */
public final class TensorSlices {
    private TensorSlices() {}

    /** {@code tensor} with only the indices {@code kept} of {@code axis}, in that order. */
    public static Tensor keep(Tensor tensor, int axis, int[] kept) {
        ByteBuffer from = tensor.bytes();
        int size = Math.toIntExact(tensor.shape().size(axis));
        int slice = sliceBytes(tensor, axis);
        int outer = outer(tensor, axis);
        ByteBuffer to = ByteBuffer.allocate(Math.toIntExact((long) outer * kept.length * slice));
        for (int o = 0; o < outer; o++) {
            for (int index : kept) {
                to.put(from.slice((o * size + index) * slice, slice));
            }
        }
        return Tensor.of(
                tensor.dataType(), tensor.shape().with(axis, Dim.of(kept.length)), to.flip());
    }

    /** {@code tensor} with zeros at the indices {@code cleared} of {@code axis}. */
    static Tensor zero(Tensor tensor, int axis, BitSet cleared) {
        ByteBuffer bytes = tensor.bytes();
        ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        int size = Math.toIntExact(tensor.shape().size(axis));
        int slice = sliceBytes(tensor, axis);
        byte[] zeros = new byte[slice];
        for (int o = 0; o < outer(tensor, axis); o++) {
            for (int i = cleared.nextSetBit(0); i >= 0; i = cleared.nextSetBit(i + 1)) {
                copy.put((o * size + i) * slice, zeros);
            }
        }
        return Tensor.of(tensor.dataType(), tensor.shape(), copy);
    }

    private static int sliceBytes(Tensor tensor, int axis) {
        long elements = 1;
        for (int i = axis + 1; i < tensor.shape().rank(); i++) {
            elements *= tensor.shape().size(i);
        }
        return Math.toIntExact(tensor.dataType().bytes(elements));
    }

    private static int outer(Tensor tensor, int axis) {
        long outer = 1;
        for (int i = 0; i < axis; i++) {
            outer *= tensor.shape().size(i);
        }
        return Math.toIntExact(outer);
    }
}
