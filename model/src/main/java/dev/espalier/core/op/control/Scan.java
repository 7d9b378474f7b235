package dev.espalier.core.op.control;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
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
 * Runs the graph {@code body} once for each entry along an axis of M sequences, as operator set 9
 * and newer have it. Inputs are the first of N states and the M sequences; the body takes the
 * states and one entry of each sequence, and gives the next states and K values. Outputs are the
 * last states, and the K values of all runs along an axis of their own.
 */
@Traits(Trait.UNCHANGED_13_TO_21)
final class Scan implements Operator {
    private static final String BODY = "body";
    private static final String SEQUENCES = "num_scan_inputs";
    private static final int LEAST_OPSET = 9;

    @Override
    public String type() {
        return "Scan";
    }

    @Override
    public int outputs() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void check(NodeCheck node) {
        int inputs = node.call().node().inputs().size();
        int outputs = node.call().node().outputs().size();
        if (node.call().opset() < LEAST_OPSET) {
            return;
        }
        node.inputs(inputs, inputs).integer(SEQUENCES, 1, inputs);
        NodeCheck.require(node.call().attributes().has(SEQUENCES), SEQUENCES + " is missing");
        node.body(BODY, inputs, outputs);
        int sequences = sequences(node.call());
        NodeCheck.require(
                outputs >= inputs - sequences,
                "has %s outputs for %s states",
                outputs,
                inputs - sequences);
        node.integers("scan_input_axes", -NodeCheck.MOST_AXES, NodeCheck.MOST_AXES)
                .integers("scan_output_axes", -NodeCheck.MOST_AXES, NodeCheck.MOST_AXES);
    }

    private static int sequences(Call call) {
        return Math.toIntExact(call.attributes().integer(SEQUENCES, 1));
    }

    private static int states(Call call) {
        return call.node().inputs().size() - sequences(call);
    }

    /** The axis that entry {@code i} of an attribute names; the first where there is none. */
    private static int axis(Call call, String attribute, int i, int rank) {
        long[] axes = call.attributes().integers(attribute);
        return Call.axis(i < axes.length ? axes[i] : 0, rank);
    }

    @Override
    public List<Optional<TensorType>> types(Call call) {
        if (call.opset() < LEAST_OPSET) {
            return List.of();
        }
        int states = states(call);
        List<Optional<TensorType>> inputs = new ArrayList<>();
        for (int i = 0; i < call.node().inputs().size(); i++) {
            Optional<TensorType> type = call.type(i);
            int sequence = i - states;
            inputs.add(
                    sequence < 0
                            ? type
                            : type.map(t -> t.withShape(entry(call, t.shape(), sequence))));
        }
        List<Optional<TensorType>> given = call.bodyTypes(BODY, inputs);
        List<Optional<TensorType>> outputs = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            int value = i - states;
            outputs.add(
                    value < 0
                            ? Common.of(call.type(i), given.get(i))
                            : given.get(i).map(t -> t.withShape(all(call, t.shape(), value))));
        }
        return outputs;
    }

    private static Shape entry(Call call, Shape sequence, int i) {
        if (!sequence.isRanked()) {
            return sequence;
        }
        List<Dim> dims = new ArrayList<>(sequence.dims());
        dims.remove(axis(call, "scan_input_axes", i, dims.size()));
        return Shape.of(dims);
    }

    private static Shape all(Call call, Shape entry, int i) {
        if (!entry.isRanked()) {
            return entry;
        }
        List<Dim> dims = new ArrayList<>(entry.dims());
        dims.add(axis(call, "scan_output_axes", i, dims.size() + 1), length(call));
        return Shape.of(dims);
    }

    private static Dim length(Call call) {
        int states = states(call);
        for (int i = 0; i < sequences(call); i++) {
            Shape shape = call.shape(states + i);
            if (shape.isRanked()) {
                Dim length = shape.dim(axis(call, "scan_input_axes", i, shape.rank()));
                if (!length.equals(Dim.UNKNOWN)) {
                    return length;
                }
            }
        }
        return Dim.UNKNOWN;
    }

    @Override
    public OptionalLong runs(Call call, String attribute) {
        Dim length = call.opset() < LEAST_OPSET ? Dim.UNKNOWN : length(call);
        return length.isFixed() ? OptionalLong.of(length.size()) : OptionalLong.empty();
    }
}
