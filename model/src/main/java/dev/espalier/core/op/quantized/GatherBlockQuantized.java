package dev.espalier.core.op.quantized;

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

/**
 * ONNX Runtime's Gather from a table of few bits: the rows of data [V, K * bits / 8] that indices
 * name, each number times the scale of its block. Scales are [V, ceil(K / block_size)], and the
 * output has the shape of the indices and [K].
 */
@Traits(Trait.QUANTIZED)
final class GatherBlockQuantized implements Operator {
    @Override
    public String type() {
        return "GatherBlockQuantized";
    }

    @Override
    public String domain() {
        return "com.microsoft";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(3, 4).integer("bits", 2, 8).integer("block_size", 16, NodeCheck.MOST);
        node.axis("gather_axis", 0).axis("quantize_axis", 0).integers(0, 1);
    }

    /** Tables of other layouts, which Espalier does not write, are not known. */
    private static boolean isKnown(Call call) {
        return call.ranked(0)
                && call.shape(0).rank() == 2
                && call.dataType(0).bits() == 8
                && call.attributes().integer("gather_axis", 0) == 0;
    }

    private static long perByte(Call call) {
        return 8 / call.attributes().integer("bits", 4);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        if (!isKnown(call) || !call.ranked(1) || !call.shape(0).dim(1).isFixed()) {
            return List.of(new TensorType(call.dataType(2), Shape.UNRANKED));
        }
        List<Dim> dims = new ArrayList<>(call.shape(1).dims());
        dims.add(Dim.of(Math.multiplyExact(call.shape(0).size(1), perByte(call))));
        return List.of(new TensorType(call.dataType(2), Shape.of(dims)));
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {0};
    }

    @Override
    public long parameterCount(Call call, int input, Tensor stored) {
        return isKnown(call)
                ? Math.multiplyExact(stored.elementCount(), perByte(call))
                : stored.elementCount();
    }
}
