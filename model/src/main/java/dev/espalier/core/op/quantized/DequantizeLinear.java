package dev.espalier.core.op.quantized;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;

/**
 * {@code y = (x - x_zero_point) * x_scale}. Scale and zero point are scalars, or vectors along
 * {@code axis} (default 1), or, from operator set 21 on, given for blocks.
 *
 * <p>It is not evaluated, though a constant x often allows it: that would undo a quantization.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.RETYPES, Trait.QUANTIZES})
final class DequantizeLinear implements Operator {
    @Override
    public String type() {
        return "DequantizeLinear";
    }

    @Override
    public void check(NodeCheck node) {
        node.stored(0);
        QuantizationAxis.check(node);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return List.of(new TensorType(call.dataType(1), call.shape(0)));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        QuantizationAxis.channels(call, links);
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {0};
    }

    @Override
    public boolean trains(Call call) {
        return TorchWriter.hasType(call.dataType(0)) && QuantizationAxis.isPlain(call);
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        int wide = TorchWriter.type(DataType.INT32);
        String x = "torch.to(" + torch.in(0) + ", " + wide + ")";
        String centred =
                call.has(2)
                        ? "torch.sub(%s, torch.to(%s, %s))"
                                .formatted(x, QuantizationAxis.aligned(call, torch, 2), wide)
                        : x;
        torch.out("torch.mul(%s, %s)".formatted(centred, QuantizationAxis.aligned(call, torch, 1)));
    }
}
