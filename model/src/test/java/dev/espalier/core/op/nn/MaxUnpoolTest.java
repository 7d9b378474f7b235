package dev.espalier.core.op.nn;

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
                opset 11
                graph (x: float[1,1,2,2]) -> (y)
                i: int64[1,1,2,2] = [0, 3, 9, 14]
                s: int64[4] = [1, 1, 5, 4]
                """,
        calls = {
            "y = MaxUnpool(x, i) {kernel_shape=[2, 2], strides=[2, 2]}",
            "y = MaxUnpool(x, i, s) {kernel_shape=[2, 2], strides=[2, 2]}",
            "y = MaxUnpool(x, i) {kernel_shape=[3, 4], strides=[2, 2], pads=[0, 1, 1, 0]}"
        },
        withoutSlope = "does not train")
class MaxUnpoolTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                graph (x: float[N,2,3,4], i: int64[N,2,3,4], asked: int64[4]) -> (y)
                sizes: int64[4] = [1, 2, 9, 8]
                few: int64[2] = [9, 8]
                y = %s
                """
                        .formatted(node));
    }

    @Test
    void windowsAreLaidOutAgainAndChannelsStay() {
        OperatorProbe pool =
                probe("MaxUnpool(x, i) {kernel_shape=[2, 3], strides=[2, 1]}").linked();

        assertThat(pool.types()).containsExactly("float[N,2,6,6]");
        assertThat(pool.isFree("x", 1)).isFalse();
        assertThat(pool.trains()).isFalse();
    }

    @Test
    void aGivenShapeHolds() {
        assertThat(probe("MaxUnpool(x, i, sizes) {kernel_shape=[2, 3]}").types())
                .containsExactly("float[1,2,9,8]");
        assertThat(probe("MaxUnpool(x, i, asked) {kernel_shape=[2, 3]}").types())
                .containsExactly("float[*]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MaxUnpool(x, i)                                                  | kernel_shape is missing",
                "MaxUnpool(x, i, few) {kernel_shape=[2, 3]}                       | output_shape is [9, 8], expected 4 sizes",
                "MaxUnpool(x, i) {kernel_shape=[2]}                               | does not have 1 spatial axes",
                "MaxUnpool(x, i) {kernel_shape=[1, 1], pads=[9, 0, 9, 0]}          | pads are more than the 3",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
