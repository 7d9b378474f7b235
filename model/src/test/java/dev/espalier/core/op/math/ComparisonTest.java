package dev.espalier.core.op.math;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Tensor;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is known of conditions on sizes that a model leaves open. */
class ComparisonTest {
    private static ShapeInference inference(String nodes) {
        return ShapeInference.of(
                GraphText.parse(
                        """
                        graph (x: float[N,8,M], k: float[1,8,1]) -> (z)
                        minus: int64[3] = [-1, -1, -1]
                        eight: int64[3] = [-1, 8, -1]
                        zero: int64[3] = [0, 0, 0]
                        five: int64[1] = [5]
                        s = Shape(x)
                        %s
                        """
                                .formatted(nodes)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Equal(s, minus)          | 0 0 0",
                "Equal(eight, s)          | 0 1 0",
                "Equal(s, s)              | 1 1 1",
                "Greater(s, minus)        | 1 1 1",
                "Less(s, minus)           | 0 0 0",
                "Less(minus, s)           | 1 1 1",
                "GreaterOrEqual(s, s)     | 1 1 1",
                "LessOrEqual(s, s)        | 1 1 1",
            })
    void aSizeIsNotNegativeAndEqualToItself(String node, String expected) {
        Tensor holds = inference("z = " + node).constant("z").orElseThrow();

        assertThat(holds.toLongs())
                .containsExactly(
                        java.util.Arrays.stream(expected.split(" "))
                                .mapToLong(Long::parseLong)
                                .toArray());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"Equal(s, zero)", "Greater(s, zero)", "Less(zero, s)", "Equal(t, minus)"})
    void whatDependsOnTheSizeIsNotTold(String node) {
        Optional<Tensor> holds = inference("t = Sub(s, five)\nz = " + node).constant("z");

        assertThat(holds).isEmpty();
    }

    @Test
    void theTargetOfAnExpandIsChosenBetweenSizes() {
        String nodes =
                """
                shape = ConstantOfShape(three) {value=tensor(int64[1], [1])}
                is = Equal(%s, minus)
                target = Where(is, shape, s)
                z = Expand(k, target)
                """;
        assertThat(inference("three: int64[1] = [3]\n" + nodes.formatted("s")).shape("z"))
                .hasToString("[N,8,M]");
        assertThat(inference("three: int64[1] = [3]\n" + nodes.formatted("eight")).shape("z"))
                .hasToString("[1,8,1]");
    }
}
