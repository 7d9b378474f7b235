package dev.espalier.core.op.array;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.Optional;

/** Indices in input 1 that say which entries of input 0 are meant; negative ones count back. */
final class Indices {
    private static final int INPUT = 1;

    private Indices() {}

    /**
     * The constant indices along an axis of {@code size}, counted from the start; empty where they
     * or the size are not known.
     *
     * @throws IllegalArgumentException where one is outside
     */
    static Optional<long[]> along(Call call, Dim size) {
        Optional<long[]> given = call.constantLongs(INPUT);
        if (given.isEmpty() || !size.isFixed()) {
            return Optional.empty();
        }
        long[] indices = given.get().clone();
        for (int i = 0; i < indices.length; i++) {
            indices[i] = within(indices[i], size.size());
        }
        return Optional.of(indices);
    }

    private static long within(long index, long size) {
        if (index < -size || index >= size) {
            throw new IllegalArgumentException(
                    "index %s is outside of an axis of %s".formatted(index, size));
        }
        return index < 0 ? index + size : index;
    }

    /** Torch's expression of the indices along {@code axis} of input 0, counted from the start. */
    static String torch(Call call, TorchWriter torch, int axis) {
        Optional<long[]> constant = along(call, call.shape(0).dim(axis));
        if (constant.isPresent()) {
            return torch.constant(Tensor.ofLongs(call.shape(INPUT), constant.get()));
        }
        String given = torch.let("torch.to(%s, 4)".formatted(torch.in(INPUT)));
        return "torch.where(torch.lt(%s, 0), torch.add(%s, torch.size(%s, %s)), %s)"
                .formatted(given, given, torch.in(0), axis, given);
    }

    /**
     * Where constant tuples [.., k], each of indices into the first k axes of input 0, lie when
     * those axes are one: one number for each tuple. Empty where that is not known.
     *
     * @throws IllegalArgumentException where an index is outside
     */
    static Optional<long[]> rows(Call call) {
        Shape tuples = call.shape(INPUT);
        Optional<long[]> given = call.constantLongs(INPUT);
        if (given.isEmpty() || !call.ranked(0) || tuples.rank() == 0) {
            return Optional.empty();
        }
        int depth = Math.toIntExact(tuples.size(-1));
        if (depth == 0 || depth > call.shape(0).rank()) {
            return Optional.empty();
        }
        Shape leading = Shape.of(call.shape(0).dims().subList(0, depth));
        if (!leading.isFixed()) {
            return Optional.empty();
        }
        long[] strides = Constants.strides(leading);
        long[] rows = new long[given.get().length / depth];
        for (int i = 0; i < rows.length; i++) {
            for (int k = 0; k < depth; k++) {
                rows[i] += within(given.get()[i * depth + k], leading.size(k)) * strides[k];
            }
        }
        return Optional.of(rows);
    }

    /** Torch's expression of input 0 with its first {@code depth} axes as one. */
    static String flat(TorchWriter torch, int depth) {
        return depth == 1
                ? torch.in(0)
                : "torch.flatten(%s, 0, %s)".formatted(torch.in(0), depth - 1);
    }

    /** Torch's constant of {@link #rows}. */
    static String constant(TorchWriter torch, long[] rows) {
        return torch.constant(Tensor.ofLongs(Shape.of(rows.length), rows));
    }
}
