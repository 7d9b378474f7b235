package dev.espalier.core.op.math;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.NodeCheck;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What Div and Mod of integers demand of constants: processors stop a program that divides an
 * integer by 0, or the least one by -1, whose quotient is one too large for its type.
 */
final class IntegerDivision {
    private static final Set<DataType> SIGNED =
            EnumSet.of(
                    DataType.INT2,
                    DataType.INT4,
                    DataType.INT8,
                    DataType.INT16,
                    DataType.INT32,
                    DataType.INT64);

    /** Where more are divided, all are taken to meet; real models divide sizes and indices. */
    private static final long MOST_PAIRS = 1 << 20;

    private IntegerDivision() {}

    static void check(NodeCheck node) {
        Tensor divisor = node.call().constant(1).orElse(null);
        if (divisor == null || !divisor.dataType().isInteger()) {
            return;
        }
        long[] divisors = divisor.toLongs();
        for (long each : divisors) {
            NodeCheck.require(each != 0, "divides integers by 0");
        }
        node.call().constant(0).ifPresent(dividend -> check(dividend, divisor, divisors));
    }

    private static void check(Tensor dividend, Tensor divisor, long[] divisors) {
        DataType type = dividend.dataType();
        long least = -1L << type.bits() - 1;
        long[] dividends = SIGNED.contains(type) ? dividend.toLongs() : new long[0];
        if (Arrays.stream(dividends).noneMatch(a -> a == least)
                || Arrays.stream(divisors).noneMatch(b -> b == -1)) {
            return;
        }
        Shape shape = Shape.broadcast(dividend.shape(), divisor.shape());
        boolean meets = shape.elementCount() > MOST_PAIRS;
        if (!meets) {
            int[] above = Constants.broadcastIndices(dividend.shape(), shape);
            int[] below = Constants.broadcastIndices(divisor.shape(), shape);
            meets =
                    IntStream.range(0, above.length)
                            .anyMatch(
                                    i -> dividends[above[i]] == least && divisors[below[i]] == -1);
        }
        NodeCheck.require(!meets, "divides %s, the least %s, by -1", least, type);
    }
}
