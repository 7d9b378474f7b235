package dev.espalier.core.op.nn;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import java.util.List;

/**
 * ONNX Runtime's first layer of an encoder: {@code Y = LayerNormalization(E) gamma + beta} with E
 * [batch, sequence, hidden] the sum of a row of each table, which are [.., hidden]: words by {@code
 * input_ids} [batch, sequence], positions by {@code position_ids} or by counting, and segments by
 * {@code segment_ids} where there are any. The further outputs are the number of entries of each
 * example's mask, [batch], and E.
 *
 * <p>Channels: they are frozen, since statistics are taken over them.
 */
final class EmbedLayerNormalization implements Operator {
    private static final int WORDS = 2;
    private static final int POSITIONS = 3;
    private static final int SEGMENTS = 4;
    private static final int GAMMA = 5;
    private static final int BETA = 6;
    private static final int POSITION_IDS = 8;

    @Override
    public String type() {
        return "EmbedLayerNormalization";
    }

    @Override
    public String domain() {
        return "com.microsoft";
    }

    @Override
    public int outputs() {
        return 3;
    }

    @Override
    public void check(NodeCheck node) {
        Call call = node.call();
        node.inputs(1, POSITION_IDS + 1).real("epsilon").integer("mask_index_type", 0, 1);
        for (int i : new int[] {WORDS, POSITIONS, GAMMA, BETA}) {
            NodeCheck.require(call.has(i), "has no input %s", i);
        }
        node.reals(WORDS, POSITIONS, SEGMENTS, GAMMA, BETA);
        Shape ids = call.shape(0);
        NodeCheck.require(
                !ids.isRanked() || ids.rank() == 2,
                "input_ids are %s, expected [batch, sequence]",
                ids);
        for (int i : new int[] {WORDS, POSITIONS, SEGMENTS}) {
            Shape table = call.shape(i);
            NodeCheck.require(
                    !table.isRanked() || table.rank() == 2,
                    "input %s '%s' has the shape %s, expected a matrix",
                    i,
                    call.node().input(i),
                    table);
        }
        node.vector(GAMMA, hidden(call)).vector(BETA, hidden(call));
    }

    private static Dim hidden(Call call) {
        return call.ranked(WORDS) ? call.shape(WORDS).dim(1) : Dim.UNKNOWN;
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        if (!call.ranked(0)) {
            return List.of();
        }
        Shape ids = call.shape(0);
        TensorType sum =
                new TensorType(
                        call.dataType(WORDS),
                        Shape.of(List.of(ids.dim(0), ids.dim(1), hidden(call))));
        TensorType counts = new TensorType(DataType.INT32, Shape.of(List.of(ids.dim(0))));
        return List.of(sum, counts, sum).subList(0, call.node().outputs().size());
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        links.freeze(
                call.node().output(0), 2, "a layer normalization takes its statistics over it");
        links.freeze(
                call.node().input(WORDS), 1, "a layer normalization takes its statistics over it");
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {WORDS, POSITIONS, SEGMENTS, GAMMA, BETA};
    }
}
