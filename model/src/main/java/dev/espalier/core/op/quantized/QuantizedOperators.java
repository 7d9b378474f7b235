package dev.espalier.core.op.quantized;

import dev.espalier.core.op.math.Add;
import dev.espalier.core.op.math.Mul;
import dev.espalier.core.op.nn.AveragePool;
import dev.espalier.core.op.nn.GlobalAveragePool;
import dev.espalier.core.op.nn.LeakyRelu;
import dev.espalier.core.op.nn.Sigmoid;
import dev.espalier.core.op.spec.Operator;
import java.util.List;

/**
 * Operators on integers that stand for real numbers: a new one is its file, its test, and one line
 * here.
 */
public final class QuantizedOperators {
    private QuantizedOperators() {}

    public static List<Operator> all() {
        return List.of(
                new ConvInteger(),
                new DequantizeLinear(),
                new DynamicQuantizeLSTM(),
                new DynamicQuantizeLinear(),
                new DynamicQuantizeMatMul(),
                new GatherBlockQuantized(),
                new MatMulInteger(),
                new MatMulIntegerToFloat(),
                new MatMulNBits(),
                new QAttention(),
                new QGemm(),
                new QLinearConcat(),
                new QLinearConv(),
                new QLinearMatMul(),
                new QLinearOperator(new AveragePool(), 1),
                new QLinearOperator(new GlobalAveragePool(), 1),
                new QLinearOperator(new LeakyRelu(), 1),
                new QLinearOperator(new Sigmoid(), 1),
                new QLinearOperator(new Add(), 2),
                new QLinearOperator(new Mul(), 2),
                new QuantizeLinear());
    }
}
