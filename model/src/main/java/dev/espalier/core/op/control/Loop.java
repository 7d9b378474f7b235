package dev.espalier.core.op.control;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Runs the graph {@code body} at most M times and as long as a condition holds. Inputs are M and
 * the condition, both optional, and the first of N carried values. The body takes the number of the
 * run, the condition and the carried values; it gives the next condition, the next carried values,
 * and K values of this run. Outputs are the last carried values, and the K values of all runs along
 * a new first axis.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class Loop implements Operator {
    private static final String BODY = "body";
    private static final int BEFORE_CARRIED = 2;

    /** How often the carried values may turn out to be less certain than they were taken for. */
    private static final int MOST_ROUNDS = 3;

    @Override
    public String type() {
        return "Loop";
    }

    @Override
    public int outputs() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(0, Integer.MAX_VALUE).integers(0).scalar(0).scalar(1);
        int carried = carried(node.call());
        int outputs = node.call().node().outputs().size();
        node.body(BODY, carried + BEFORE_CARRIED, outputs + 1);
        NodeCheck.require(
                outputs >= carried, "has %s outputs for %s carried values", outputs, carried);
    }

    private static int carried(Call call) {
        return Math.max(0, call.node().inputs().size() - BEFORE_CARRIED);
    }

    @Override
    public List<Optional<TensorType>> types(Call call) {
        int carried = carried(call);
        List<Optional<TensorType>> taken = new ArrayList<>();
        for (int i = 0; i < carried; i++) {
            taken.add(call.type(BEFORE_CARRIED + i));
        }
        for (int round = 0; ; round++) {
            List<Optional<TensorType>> given = call.bodyTypes(BODY, inputs(taken));
            if (given.isEmpty()) {
                return List.of();
            }
            List<Optional<TensorType>> both = new ArrayList<>();
            for (int i = 0; i < carried; i++) {
                both.add(Common.of(taken.get(i), given.get(i + 1)));
            }
            if (both.equals(taken)) {
                return outputs(call, both, given.subList(carried + 1, given.size()));
            }
            taken = round < MOST_ROUNDS ? both : unknown(carried);
        }
    }

    private static List<Optional<TensorType>> unknown(int count) {
        return java.util.Collections.nCopies(count, Optional.empty());
    }

    private static List<Optional<TensorType>> inputs(List<Optional<TensorType>> carried) {
        List<Optional<TensorType>> inputs = new ArrayList<>();
        inputs.add(Optional.of(new TensorType(DataType.INT64, Shape.SCALAR)));
        inputs.add(Optional.of(new TensorType(DataType.BOOL, Shape.SCALAR)));
        inputs.addAll(carried);
        return inputs;
    }

    /** The condition may end it earlier than M tells, so that the number of runs stays open. */
    private static List<Optional<TensorType>> outputs(
            Call call, List<Optional<TensorType>> carried, List<Optional<TensorType>> ofEachRun) {
        List<Optional<TensorType>> outputs = new ArrayList<>(carried);
        for (Optional<TensorType> one : ofEachRun) {
            outputs.add(
                    one.map(
                            type ->
                                    type.shape().isRanked()
                                            ? type.withShape(along(type.shape(), Dim.UNKNOWN))
                                            : type));
        }
        return outputs;
    }

    private static Shape along(Shape shape, Dim first) {
        List<Dim> dims = new ArrayList<>(List.of(first));
        dims.addAll(shape.dims());
        return Shape.of(dims);
    }

    /** M, which is the most; a condition may end it earlier. */
    @Override
    public OptionalLong runs(Call call, String attribute) {
        Optional<long[]> most =
                call.constant(0).filter(m -> m.elementCount() == 1).map(Tensor::toLongs);
        return most.isPresent()
                ? OptionalLong.of(Math.max(0, most.get()[0]))
                : OptionalLong.empty();
    }
}
