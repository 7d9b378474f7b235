package dev.espalier.core.op.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@OperatorExamples(
        given =
                """
                graph (x: float[2,3,4], i: int64[3]) -> (y)
                one: int64[] = 1
                last: int32[] = -1
                zero: int64[1] = [0]
                """,
        calls = {
            "y = CumSum(x, one)",
            "y = CumSum(x, last) {exclusive=1}",
            "y = CumSum(x, one) {reverse=1}",
            "y = CumSum(x, last) {exclusive=1, reverse=1}",
            "y = CumSum(i, zero)"
        })
class CumSumTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                graph (x: float[N,4,5], axis: int64[]) -> (y)
                one: int64[] = 1
                far: int64[] = 3
                two: int64[2] = [0, 1]
                y = %s
                """
                        .formatted(node));
    }

    @Test
    void theAxisOfTheSumsStays() {
        OperatorProbe probe = probe("CumSum(x, one)").linked();

        assertThat(probe.types()).containsExactly("float[N,4,5]");
        assertThat(probe.isFree("x", 1)).isFalse();
        assertThat(probe.partners("x", 2, 4)).containsExactly("y.2.4");
        assertThat(probe.isHomogeneous(0)).isTrue();
    }

    @Test
    void allStaysWhereTheAxisIsFoundAtRunTime() {
        OperatorProbe probe = probe("CumSum(x, axis)").linked();

        assertThat(probe.types()).containsExactly("float[N,4,5]");
        assertThat(probe.isFree("x", 2)).isFalse();
        assertThat(probe.isFree("y", 2)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CumSum(x, far)              | axis 3 does not exist in a tensor of rank 3",
                "CumSum(x, two)              | has the shape [2], expected one number",
                "CumSum(x, one) {reverse=2}  | reverse is 2",
                "CumSum(x)                   | has no input 1",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
