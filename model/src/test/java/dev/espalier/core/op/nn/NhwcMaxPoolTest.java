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
                opset com.microsoft 1
                graph (x: uint8[2,5,6,3]) -> (y)
                """,
        calls = {
            "y = com.microsoft::NhwcMaxPool(x) {kernel_shape=[2, 3]}",
            "y = com.microsoft::NhwcMaxPool(x) {kernel_shape=[2, 3], strides=[2, 1], pads=[1, 0, 1, 0]}"
        },
        withoutSlope = "computes on bytes")
class NhwcMaxPoolTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                opset com.microsoft 1
                graph (x: uint8[N,5,6,3], v: uint8[N,3]) -> (y)
                %s
                """
                        .formatted(node));
    }

    @Test
    void channelsAreTheLastAxis() {
        OperatorProbe pool =
                probe("y = com.microsoft::NhwcMaxPool(x) {kernel_shape=[2, 3]}").linked();

        assertThat(pool.types()).containsExactly("uint8[N,4,4,3]");
        assertThat(pool.partners("x", 3, 2)).containsExactly("y.3.2");
        assertThat(pool.isFree("x", 1)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "y = com.microsoft::NhwcMaxPool(x)                      | kernel_shape is missing",
                "y = com.microsoft::NhwcMaxPool(x) {kernel_shape=[9, 9]} | does not fit",
                "y = com.microsoft::NhwcMaxPool(v) {kernel_shape=[2]}   | has no spatial axes",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
