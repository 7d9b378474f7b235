package dev.espalier.core.op.nn;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * ONNX Runtime's {@code Y = LayerNormalization(S) gamma + beta} over the last axis of a residual
 * sum {@code S = input + skip + bias}, or, as {@code SkipSimplifiedLayerNormalization}, {@code
 * RMSNormalization(S) gamma} without beta. The further outputs are mean and 1 / deviation, with
 * that axis of size 1, and S. Its channels are frozen: statistics are taken over them.
 */
final class SkipLayerNormalization implements Operator {
    private static final int GAMMA = 2;
    private static final int SUM = 3;

    private final String type;
    private final int inputs;

    /**
     * @param type name of the operator
     * @param inputs how many there may be
     */
    SkipLayerNormalization(String type, int inputs) {
        this.type = type;
        this.inputs = inputs;
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public String domain() {
        return "com.microsoft";
    }

    @Override
    public int outputs() {
        return 4;
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(GAMMA + 1, inputs).real("epsilon").reals(learned());
    }

    private int[] learned() {
        return IntStream.range(GAMMA, inputs).toArray();
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape x = call.shape(0);
        List<TensorType> types = new ArrayList<>();
        for (int i = 0; i < call.node().outputs().size(); i++) {
            boolean whole = i == 0 || i == SUM;
            boolean keeps = whole || !x.isRanked() || x.rank() == 0;
            types.add(
                    new TensorType(
                            whole ? call.dataType(0) : DataType.FLOAT,
                            keeps ? x : x.with(-1, Dim.of(1))));
        }
        return types;
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        int last = call.shape(0).rank() - 1;
        for (String value : List.of(call.node().input(0), call.node().output(0))) {
            links.freeze(value, last, "a normalization takes its statistics over it");
        }
    }

    @Override
    public int[] parameters(Call call) {
        return learned();
    }
}
