package dev.espalier.core.op.math;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import java.util.ArrayList;
import java.util.List;

/**
 * ONNX Runtime's {@code Y = alpha A B} of matrices whose last two axes may be swapped first ({@code
 * transA}, {@code transB}); the axes before them broadcast. Other swaps are not known.
 */
final class FusedMatMul implements Operator {
    @Override
    public String type() {
        return "FusedMatMul";
    }

    @Override
    public String domain() {
        return "com.microsoft";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2).real("alpha").numbers(0, 1);
    }

    private static boolean isKnown(Call call) {
        return call.ranked(0)
                && call.ranked(1)
                && call.shape(0).rank() >= 2
                && call.shape(1).rank() >= 2
                && call.attributes().integer("transBatchA", 0) == 0
                && call.attributes().integer("transBatchB", 0) == 0;
    }

    private static Dim dim(Call call, int input, String swapped, int axis) {
        boolean swaps = call.attributes().integer(swapped, 0) != 0;
        return call.shape(input).dim(swaps ? -3 - axis : axis);
    }

    private static Shape leading(Call call, int input) {
        List<Dim> dims = call.shape(input).dims();
        return Shape.of(dims.subList(0, dims.size() - 2));
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        if (!isKnown(call)) {
            return call.output(Shape.UNRANKED);
        }
        List<Dim> dims =
                new ArrayList<>(Shape.broadcast(leading(call, 0), leading(call, 1)).dims());
        dims.add(dim(call, 0, "transA", -2));
        dims.add(dim(call, 1, "transB", -1));
        return call.output(Shape.of(dims));
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {0, 1};
    }

    @Override
    public long macs(Call call) {
        return Math.multiplyExact(
                call.outputShape(0).elementCount(), dim(call, 0, "transA", -1).size());
    }
}
