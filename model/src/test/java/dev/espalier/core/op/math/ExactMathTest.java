package dev.espalier.core.op.math;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@OperatorExamples(
        given =
                """
                graph (x: float[2,3,2], positive: float[4]) -> (y)
                c: float[2,2] = [-1.5, -0.25, 0.5, 2.5]
                """,
        calls = {
            "y = Abs(x)",
            "y = Abs(c)",
            "y = Neg(x)",
            "y = Neg(c)",
            "y = Reciprocal(positive)",
            "y = Reciprocal(c)"
        })
@OperatorExamples(
        given =
                """
                graph (x: float[2,3,2]) -> (y)
                c: float[2,3] = [-1.5, -0.25, 0, 0.5, 2.5, 3.5]
                i: int64[3] = [-2, 0, 5]
                """,
        calls = {
            "y = Ceil(x)",
            "y = Ceil(c)",
            "y = Floor(x)",
            "y = Floor(c)",
            "y = Round(x)",
            "y = Round(c)",
            "y = Sign(x)",
            "y = Sign(c)",
            "y = Sign(i)"
        },
        withoutSlope = "is flat between its steps")
@OperatorExamples(
        given = "opset 18\ngraph (x: int64[2,3]) -> (y)",
        calls = {"y = BitwiseNot(x)", "y = Abs(x)", "y = Neg(x)"},
        withoutSlope = "computes on integers")
class ExactMathTest {
    private static Optional<Tensor> folded(String type, String operator, String values) {
        int count = values.split(",").length;
        return ShapeInference.of(
                        GraphText.parse(
                                "opset 18\ngraph () -> (y)\nc: %s[%d] = [%s]\ny = %s(c)"
                                        .formatted(type, count, values, operator)))
                .constant("y");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Abs        | float   | -1.5, 0, 2        | 1.5, 0, 2",
                "Neg        | float   | -1.5, 2           | 1.5, -2",
                "Ceil       | float   | -1.5, 0.2, 2      | -1, 1, 2",
                "Floor      | float   | -1.5, 0.2, 2      | -2, 0, 2",
                "Round      | float   | -1.5, 0.5, 1.5, 2.5, 2.6 | -2, 0, 2, 2, 3",
                "Sign       | float   | -1.5, 0, 0.1      | -1, 0, 1",
                "Reciprocal | float   | -4, 0.5           | -0.25, 2",
                "Abs        | float16 | -1.5, 2           | 1.5, 2",
            })
    void realsHaveOneRightResult(String operator, String type, String values, String expected) {
        String[] numbers = expected.split(", ");
        double[] actual = folded(type, operator, values).orElseThrow().toDoubles();

        assertThat(actual).hasSize(numbers.length);
        for (int i = 0; i < numbers.length; i++) {
            assertThat(actual[i]).isEqualTo(Double.parseDouble(numbers[i]));
        }
    }

    @Test
    void integersAreComputedInTheirType() {
        assertThat(folded("int64", "Abs", "-3, 4").orElseThrow().toLongs()).containsExactly(3, 4);
        assertThat(folded("int8", "Abs", "-128, 4").orElseThrow().toLongs())
                .containsExactly(-128, 4);
        assertThat(folded("int32", "Neg", "-3, 4").orElseThrow().toLongs()).containsExactly(3, -4);
        assertThat(folded("int64", "Sign", "-3, 0, 4").orElseThrow().toLongs())
                .containsExactly(-1, 0, 1);
        assertThat(folded("uint8", "BitwiseNot", "1, 255").orElseThrow().toLongs())
                .containsExactly(254, 0);
    }

    @Test
    void unsignedNumbersOf64BitsAreLeftToTheRuntime() {
        assertThat(folded("uint64", "Sign", "1, 2")).isEmpty();
    }

    @Test
    void channelsGoOneByOneAndOnlyMagnitudeAndSignPassAFactorOn() {
        for (String operator : new String[] {"Abs", "Neg", "Floor", "Sign", "Reciprocal"}) {
            OperatorProbe probe =
                    OperatorProbe.of("graph (x: float[N,3,4]) -> (y)\ny = " + operator + "(x)")
                            .linked();

            assertThat(probe.types()).containsExactly("float[N,3,4]");
            assertThat(probe.partners("x", 1, 2)).containsExactly("y.1.2");
            assertThat(probe.isHomogeneous(0))
                    .as(operator)
                    .isEqualTo(operator.equals("Abs") || operator.equals("Neg"));
        }
    }
}
