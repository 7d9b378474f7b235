package dev.espalier.core.op.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Max, Min, Sum and Mean of any number of tensors. */
@OperatorExamples(
        given =
                """
                graph (x: float[2,3,4], z: float[3,1], w: float[2,3,4]) -> (y)
                c: float[4] = [-0.1, 0.2, 0, -0.3]
                """,
        calls = {
            "y = Max(x, z, c)",
            "y = Max(x)",
            "y = Min(x, z)",
            "y = Min(c, c)",
            "y = Sum(x, w, z)",
            "y = Sum(x)",
            "y = Mean(x, w, c)",
            "y = Mean(x)"
        })
@OperatorExamples(
        given =
                """
                graph (i: int64[2,3]) -> (y)
                c: int64[3] = [-1, 4, 8]
                """,
        calls = {"y = Max(i, c)", "y = Min(c, i)"},
        withoutSlope = "computes on integers")
class VariadicTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                        """
                        graph (a: float[N,4,3], b: float[4,1], c: float[N,4,3]) -> (y)
                        integers: int64[3]
                        reals: float[3]
                        y = %s
                        """
                                .formatted(node))
                .linked();
    }

    private static Optional<Tensor> folded(String nodes) {
        return ShapeInference.of(
                        GraphText.parse(
                                """
                                graph (x: float[N,8,M]) -> (y)
                                ones: int64[3] = [1, 1, 1]
                                zeros: int64[3] = [0, 0, 0]
                                ends: int64[3] = [9, 9223372036854775807, 9223372036854775807]
                                f: float[2] = [1, nan]
                                g: float[2] = [2, 3]
                                h: float[2] = [-2, 5]
                                %s
                                """
                                        .formatted(nodes)))
                .constant("y");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Max", "Min", "Sum", "Mean"})
    void inputsBroadcastAndTheirChannelsGoTogether(String type) {
        OperatorProbe probe = probe(type + "(a, b, c)");

        assertThat(probe.types()).containsExactly("float[N,4,3]");
        assertThat(probe.partners("b", 0, 2)).containsExactly("a.1.2", "c.1.2", "y.1.2");
        assertThat(probe.isFree("b", 1)).isFalse();
        assertThat(probe.isHomogeneous(0, 1, 2)).isTrue();
        assertThat(probe.isHomogeneous(0)).isFalse();
        assertThat(probe.isHomogeneous(0, 1)).isFalse();
        assertThat(probe(type + "(a)").isHomogeneous(0)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Max()             | has no input 0",
                "Sum(a, \"\", c)   | has no input 1",
                "Max(integers, reals) | expected one element type",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }

    @Test
    void constantsAreFoldedButForThoseWithNaN() {
        assertThat(folded("y = Max(g, h)").orElseThrow().toDoubles()).containsExactly(2, 5);
        assertThat(folded("y = Min(g, h)").orElseThrow().toDoubles()).containsExactly(-2, 3);
        assertThat(folded("y = Max(f, g)")).isEmpty();
        assertThat(folded("y = Max(g, f)")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Max(s, zeros)      | N | 8 | M",
                "Max(s, s)          | N | 8 | M",
                "Max(s, ones)       | ? | 8 | ?",
                "Min(s, ends)       | ? | 8 | M",
                "Min(s, zeros)      | 0 | 0 | 0",
            })
    void openSizesAreFollowedAsFarAsTheResultIsOneOfThem(
            String node, String first, String second, String third) {
        OperatorProbe probe =
                OperatorProbe.of(
                        """
                        graph (x: float[N,8,M]) -> (z)
                        ones: int64[3] = [1, 1, 1]
                        zeros: int64[3] = [0, 0, 0]
                        ends: int64[3] = [9, 9223372036854775807, 9223372036854775807]
                        s = Shape(x)
                        y = %s
                        z = ConstantOfShape(y)
                        """
                                .formatted(node));

        assertThat(probe.types())
                .containsExactly("float[%s,%s,%s]".formatted(first, second, third));
    }

    @Test
    void oneLargeConstantManyTimesIsLeftToTheRuntime() {
        String many = String.join(", ", java.util.Collections.nCopies(2000, "c"));
        String text = "graph () -> (y)\nc: float[%s] = fill(1)\ny = Max(%s)";

        assertThat(ShapeInference.of(GraphText.parse(text.formatted(100_000, many))).constant("y"))
                .isEmpty();
        assertThat(ShapeInference.of(GraphText.parse(text.formatted(10, many))).constant("y"))
                .isPresent();
    }
}
