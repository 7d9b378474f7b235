package dev.espalier.core.op.array;

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
                graph (x: float[2,3,4]) -> (y)
                k: int64[1] = [2]
                """,
        calls = {
            "y, i = TopK(x, k)",
            "y, i = TopK(x, k) {axis=1, largest=0}",
            "y, i = TopK(x, k) {axis=0}"
        })
@OperatorExamples(
        given = "opset 9\ngraph (x: float[2,3,4]) -> (y)",
        calls = {"y, i = TopK(x) {k=3}"})
class TopKTest {
    private static OperatorProbe probe(int opset, String node) {
        return OperatorProbe.of(
                """
                opset %d
                graph (x: float[N,6,5], n: int64[1]) -> (y)
                two: int64[1] = [2]
                many: int64[1] = [7]
                below: int64[1] = [-1]
                y, i = %s
                """
                        .formatted(opset, node));
    }

    @Test
    void theAxisHoldsKNumbersAndTheirIndices() {
        OperatorProbe probe = probe(17, "TopK(x, two) {axis=1}").linked();

        assertThat(probe.types()).containsExactly("float[N,2,5]", "int64[N,2,5]");
        assertThat(probe.isFree("x", 1)).isFalse();
        assertThat(probe.partners("x", 2, 3)).containsExactly("i.2.3", "y.2.3");
        assertThat(probe(9, "TopK(x) {k=3}").types())
                .containsExactly("float[N,6,3]", "int64[N,6,3]");
        assertThat(probe(17, "TopK(x, n)").types()).containsExactly("float[N,6,?]", "int64[N,6,?]");
    }

    @Test
    void indicesDoNotGrowWithTheNumbers() {
        assertThat(probe(17, "TopK(x, two)").isHomogeneous(0)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "17 | TopK(x, many)          | K is 7, more than axis -1 of [N,6,5] has",
                "17 | TopK(x, below)         | K is -1, expected at least 0",
                "17 | TopK(x, two) {axis=3}  | axis is 3",
                "17 | TopK(x)                | has no input 1",
                "9  | TopK(x) {k=-2}         | k is -2",
            })
    void whatNoRuntimeRunsIsRefused(int opset, String node, String message) {
        assertThatThrownBy(() -> probe(opset, node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
