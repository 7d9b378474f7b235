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
import java.util.List;

/**
 * ONNX Runtime's product with a weight of few bits: A [.., K] times B is Y [.., N]. B is kept by
 * columns, each in blocks of {@code block_size} weights that share a scale and a zero point: bytes
 * [N, ceil(K / block_size), block_size * bits / 8].
 */
@Traits({Trait.QUANTIZED, Trait.MATRIX_PRODUCT})
final class MatMulNBits implements Operator {
    @Override
    public String type() {
        return "MatMulNBits";
    }

    @Override
    public String domain() {
        return "com.microsoft";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(3, 6).integer("K", 1, NodeCheck.MOST).integer("N", 1, NodeCheck.MOST);
        node.integer("bits", 2, 8).integer("block_size", 16, NodeCheck.MOST);
        NodeCheck.require(
                node.call().attributes().has("K") && node.call().attributes().has("N"),
                "K or N is missing");
    }

    private static long k(Call call) {
        return call.attributes().integer("K", 0);
    }

    private static long n(Call call) {
        return call.attributes().integer("N", 0);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape a = call.shape(0);
        if (!a.isRanked()) {
            return call.output(Shape.UNRANKED);
        }
        Dim last = a.dim(-1);
        if (last.isFixed() && last.size() != k(call)) {
            throw new IllegalArgumentException(
                    "%s cannot be multiplied by a matrix of %s rows".formatted(a, k(call)));
        }
        return call.output(a.with(-1, Dim.of(n(call))));
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {1};
    }

    /** Several weights lie in a byte, and the last block of a column may be filled up. */
    @Override
    public long parameterCount(Call call, int input, Tensor stored) {
        return Math.multiplyExact(k(call), n(call));
    }

    @Override
    public long macs(Call call) {
        return Math.multiplyExact(call.outputShape(0).elementCount(), k(call));
    }
}
