package dev.espalier.core.op.spec;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;

/** Exact computation with small constant tensors. */
public final class Constants {
    private Constants() {}

    /**
     * Two constants combined element by element under broadcasting, in double precision and then
     * rounded to their type: for one sum, product or quotient that is the type's own result.
     */
    public static Optional<List<Tensor>> combine(
            Call call, DoubleBinaryOperator reals, LongBinaryOperator integers) {
        Optional<Tensor> left = call.constant(0);
        Optional<Tensor> right = call.constant(1);
        if (left.isEmpty() || right.isEmpty()) {
            return Optional.empty();
        }
        return combine(left.get(), right.get(), reals, integers).map(List::of);
    }

    /** Two tensors combined likewise; empty where they are not of one type of numbers. */
    public static Optional<Tensor> combine(
            Tensor a, Tensor b, DoubleBinaryOperator reals, LongBinaryOperator integers) {
        DataType type = a.dataType();
        Shape shape = Shape.broadcast(a.shape(), b.shape());
        int[] ia = broadcastIndices(a.shape(), shape);
        int[] ib = broadcastIndices(b.shape(), shape);
        if (type.isFloating() && b.dataType().isFloating()) {
            double[] x = a.toDoubles();
            double[] y = b.toDoubles();
            double[] z = new double[ia.length];
            for (int i = 0; i < z.length; i++) {
                z[i] = reals.applyAsDouble(x[ia[i]], y[ib[i]]);
            }
            return Optional.of(Tensor.ofReals(type, shape, z));
        }
        if (type.isInteger() && b.dataType() == type) {
            long[] x = a.toLongs();
            long[] y = b.toLongs();
            long[] z = new long[ia.length];
            for (int i = 0; i < z.length; i++) {
                z[i] = integers.applyAsLong(x[ia[i]], y[ib[i]]);
            }
            return Optional.of(Tensor.ofIntegers(type, shape, z));
        }
        return Optional.empty();
    }

    /** For each element of {@code result}, the element of a tensor of {@code shape} under it. */
    public static int[] broadcastIndices(Shape shape, Shape result) {
        long[] sizes = result.sizes();
        long[] strides = new long[sizes.length];
        int offset = sizes.length - shape.rank();
        long stride = 1;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            strides[axis + offset] = shape.size(axis) == 1 ? 0 : stride;
            stride *= shape.size(axis);
        }
        return indices(sizes, strides, 0);
    }

    /** {@code offset + sum(position[k] * strides[k])} for all positions, row-major. */
    public static int[] indices(long[] sizes, long[] strides, long offset) {
        int count = Math.toIntExact(Shape.of(sizes).elementCount());
        int[] result = new int[count];
        long[] position = new long[sizes.length];
        long at = offset;
        for (int i = 0; i < count; i++) {
            result[i] = Math.toIntExact(at);
            for (int axis = sizes.length - 1; axis >= 0; axis--) {
                at += strides[axis];
                if (++position[axis] < sizes[axis]) {
                    break;
                }
                at -= strides[axis] * sizes[axis];
                position[axis] = 0;
            }
        }
        return result;
    }

    /** Row-major strides, in elements. */
    public static long[] strides(Shape shape) {
        long[] strides = new long[shape.rank()];
        long stride = 1;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= shape.size(axis);
        }
        return strides;
    }

    /** A tensor of {@code shape} whose elements are those of {@code source} at {@code indices}. */
    public static Optional<Tensor> pick(Tensor source, int[] indices, Shape shape) {
        if (source.dataType() == DataType.STRING) {
            List<String> picked = new ArrayList<>(indices.length);
            for (int index : indices) {
                picked.add(source.strings().get(index));
            }
            return Optional.of(Tensor.ofStrings(shape, picked));
        }
        int bits = source.dataType().bits();
        if (bits < 8) {
            long[] values = source.toLongs();
            long[] picked = new long[indices.length];
            for (int i = 0; i < picked.length; i++) {
                picked[i] = values[indices[i]];
            }
            return source.dataType().isInteger()
                    ? Optional.of(Tensor.ofIntegers(source.dataType(), shape, picked))
                    : Optional.empty();
        }
        int width = bits / 8;
        ByteBuffer from = source.bytes();
        ByteBuffer to =
                ByteBuffer.allocate(Math.multiplyExact(indices.length, width))
                        .order(ByteOrder.LITTLE_ENDIAN);
        byte[] element = new byte[width];
        for (int index : indices) {
            from.get(index * width, element);
            to.put(element);
        }
        return Optional.of(Tensor.of(source.dataType(), shape, to.flip()));
    }

    /** The entries {@code kept} along one axis. */
    public static Tensor keep(Tensor tensor, int axis, int[] kept) {
        Shape shape = tensor.shape();
        int outer = Math.toIntExact(Shapes.product(shape, 0, axis).size());
        int inner = Math.toIntExact(Shapes.product(shape, axis + 1, shape.rank()).size());
        int size = Math.toIntExact(shape.size(axis));
        int[] indices = new int[Math.multiplyExact(Math.multiplyExact(outer, kept.length), inner)];
        int at = 0;
        for (int o = 0; o < outer; o++) {
            for (int index : kept) {
                for (int i = 0; i < inner; i++) {
                    indices[at++] = (o * size + index) * inner + i;
                }
            }
        }
        return pick(tensor, indices, shape.with(axis, Dim.of(kept.length)))
                .orElseThrow(() -> new IllegalStateException("cannot cut a tensor of " + tensor));
    }

    public static Optional<List<Tensor>> one(Tensor tensor) {
        return Optional.of(List.of(tensor));
    }
}
