package dev.espalier.core.op.array;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Shapes;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Joins tensors of equal shape but for {@code axis} along it. */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16, Trait.JOINS})
public final class Concat implements Operator {
    @Override
    public String type() {
        return "Concat";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1, Integer.MAX_VALUE);
        for (int i = 0; i < count(node.call()); i++) {
            node.axis("axis", i);
        }
    }

    private static int count(Call call) {
        return call.node().inputs().size();
    }

    private static int axis(Call call, int rank) {
        return Call.axis(call.attributes().integer("axis", 1), rank);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        for (int i = 0; i < count(call); i++) {
            if (!call.ranked(i)) {
                return call.output(Shape.UNRANKED);
            }
        }
        Shape first = call.shape(0);
        int axis = axis(call, first.rank());
        List<Dim> dims = new ArrayList<>(first.dims());
        for (int i = 1; i < count(call); i++) {
            Shape next = call.shape(i);
            if (next.rank() != first.rank()) {
                throw new IllegalArgumentException(first + " and " + next + " cannot be joined");
            }
            for (int k = 0; k < dims.size(); k++) {
                if (k == axis) {
                    dims.set(k, plus(dims.get(k), next.dim(k)));
                } else if (dims.get(k).isFixed()
                        && next.dim(k).isFixed()
                        && !dims.get(k).equals(next.dim(k))) {
                    throw new IllegalArgumentException(
                            first + " and " + next + " differ beside axis " + axis);
                } else {
                    dims.set(k, Shapes.known(dims.get(k), next.dim(k)));
                }
            }
        }
        return call.output(Shape.of(dims));
    }

    private static Dim plus(Dim a, Dim b) {
        return a.isFixed() && b.isFixed() ? Dim.of(Math.addExact(a.size(), b.size())) : Dim.UNKNOWN;
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        String y = call.node().output(0);
        int rank = call.shape(0).rank();
        int axis = axis(call, rank);
        int offset = 0;
        for (int i = 0; i < count(call); i++) {
            String x = call.node().input(i);
            for (int k = 0; k < rank; k++) {
                if (k != axis) {
                    links.tie(x, k, y, k);
                } else if (call.shape(i).dim(k).isFixed() && offset >= 0) {
                    int size = Math.toIntExact(call.shape(i).size(k));
                    int from = offset;
                    links.tie(x, k, p -> p, y, k, p -> from + p, size);
                    offset = Math.addExact(offset, size);
                } else {
                    offset = -1;
                }
            }
        }
    }

    @Override
    public int[] movedInputs(Call call) {
        return IntStream.range(0, count(call)).toArray();
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        Shape shape = call.outputType(0).map(TensorType::shape).orElse(Shape.UNRANKED);
        for (int i = 0; i < count(call); i++) {
            if (call.constant(i).isEmpty()) {
                return Optional.empty();
            }
        }
        DataType type = call.dataType(0);
        if (!shape.isFixed() || !type.isInteger() && !type.isFloating()) {
            return Optional.empty();
        }
        int axis = axis(call, shape.rank());
        long[] strides = Constants.strides(shape);
        double[] reals = new double[type.isFloating() ? (int) shape.elementCount() : 0];
        long[] integers = new long[type.isFloating() ? 0 : (int) shape.elementCount()];
        long offset = 0;
        for (int i = 0; i < count(call); i++) {
            Tensor part = call.constant(i).get();
            int[] to = Constants.indices(part.shape().sizes(), strides, offset * strides[axis]);
            if (type.isFloating()) {
                double[] from = part.toDoubles();
                IntStream.range(0, to.length).forEach(k -> reals[to[k]] = from[k]);
            } else {
                long[] from = part.toLongs();
                IntStream.range(0, to.length).forEach(k -> integers[to[k]] = from[k]);
            }
            offset += part.shape().size(axis);
        }
        return Constants.one(
                type.isFloating()
                        ? Tensor.ofReals(type, shape, reals)
                        : Tensor.ofIntegers(type, shape, integers));
    }

    @Override
    public boolean changesNothing(Call call) {
        return call.node().inputs().size() == 1;
    }

    @Override
    public boolean trains(Call call) {
        return call.ranked(0);
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        String parts =
                IntStream.range(0, count(call))
                        .mapToObj(torch::in)
                        .collect(Collectors.joining(", ", "[", "]"));
        torch.out("torch.cat(" + parts + ", " + axis(call, call.shape(0).rank()) + ")");
    }

    /**
     * Each position of the result is one of one input: of one that is scaled, or it is not tied.
     */
    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return !scaled.isEmpty();
    }
}
