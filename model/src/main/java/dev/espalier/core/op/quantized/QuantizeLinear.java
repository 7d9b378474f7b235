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
 * {@code y = saturate(round(x / y_scale) + y_zero_point)}, rounding half to even. Scale and zero
 * point are scalars, or vectors along {@code axis} (default 1), or, from operator set 21 on, given
 * for blocks.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.RETYPES, Trait.QUANTIZES})
final class QuantizeLinear implements Operator {
    @Override
    public String type() {
        return "QuantizeLinear";
    }

    @Override
    public void check(NodeCheck node) {
        node.type("output_dtype");
        QuantizationAxis.check(node);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        long given = call.attributes().integer("output_dtype", 0);
        DataType type =
                call.has(2) ? call.dataType(2) : DataType.ofId((int) given).orElse(DataType.UINT8);
        return List.of(new TensorType(type, call.shape(0)));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        QuantizationAxis.channels(call, links);
    }

    @Override
    public boolean trains(Call call) {
        DataType type = outputTypes(call).get(0).dataType();
        return (type == DataType.UINT8 || type == DataType.INT8 || type == DataType.INT16)
                && QuantizationAxis.isPlain(call);
    }

    /** An integer tensor, through which no gradient flows. */
    @Override
    public void torch(Call call, TorchWriter torch) {
        DataType type = outputTypes(call).get(0).dataType();
        boolean signed = type != DataType.UINT8;
        long levels = 1L << type.bits();
        String scaled =
                "torch.round(torch.div(%s, %s))"
                        .formatted(torch.in(0), QuantizationAxis.aligned(call, torch, 1));
        String shifted =
                call.has(2)
                        ? "torch.add(%s, %s)"
                                .formatted(scaled, QuantizationAxis.aligned(call, torch, 2))
                        : scaled;
        torch.out(
                "torch.to(torch.clamp(%s, %s, %s), %s)"
                        .formatted(
                                shifted,
                                signed ? -levels / 2 : 0,
                                signed ? levels / 2 - 1 : levels - 1,
                                TorchWriter.type(type)));
    }
}
