package dev.espalier.core.op.math;

import dev.espalier.core.op.spec.Operator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Arithmetic, comparisons, products and sums: a new one is its file, its test, and one line here.
 * Operators that differ in a function only share a file and have their table there.
 */
public final class MathOperators {
    private MathOperators() {}

    public static List<Operator> all() {
        return Stream.of(
                        single(),
                        BitwiseMath.all(),
                        ExactMath.all(),
                        Extremum.all(),
                        IndexOfExtremum.all(),
                        Logic.all(),
                        Reduction.all(),
                        UnaryMath.all())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Operator> single() {
        return List.of(
                new Add(),
                new BitShift(),
                new Clip(),
                new CumSum(),
                new Div(),
                new Einsum(),
                new Equal(),
                new Erf(),
                new FusedMatMul(),
                new Gemm(),
                new Greater(),
                new GreaterOrEqual(),
                new Hardmax(),
                new IsInf(),
                new IsNaN(),
                new Less(),
                new LessOrEqual(),
                new MatMul(),
                new Mean(),
                new Mod(),
                new Mul(),
                new Not(),
                new Pow(),
                new Shrink(),
                new Sqrt(),
                new Sub(),
                new Sum());
    }
}
