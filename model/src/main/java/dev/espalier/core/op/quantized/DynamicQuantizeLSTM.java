package dev.espalier.core.op.quantized;

import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.nn.LSTM;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;

/**
 * ONNX Runtime's {@link LSTM} with weights of bytes, W [dirs, input, 4*hidden] and R [dirs, hidden,
 * 4*hidden], which come with scales and zero points as inputs 8 to 11; the other inputs and the
 * outputs are those of the float operator.
 */
@Traits({Trait.QUANTIZED, Trait.MATRIX_PRODUCT})
final class DynamicQuantizeLSTM implements Operator {
    private static final int MOST_INPUTS = 12;

    private final LSTM lstm = new LSTM();

    @Override
    public String type() {
        return "DynamicQuantizeLSTM";
    }

    @Override
    public String domain() {
        return "com.microsoft";
    }

    @Override
    public int outputs() {
        return lstm.outputs();
    }

    @Override
    public boolean mayOmitFirstOutput() {
        return true;
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(3, MOST_INPUTS).integers(1).reals(3, 8, 10);
        NodeCheck.require(node.call().attributes().has("hidden_size"), "hidden_size is missing");
        lstm.checkTransposed(node);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return lstm.outputTypes(call);
    }

    @Override
    public int[] parameters(Call call) {
        return lstm.parameters(call);
    }

    @Override
    public long macs(Call call) {
        return lstm.macs(call);
    }
}
