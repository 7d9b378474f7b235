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
                opset 18
                graph (x: float[2,4,5,6], line: float[2,4,5], cube: float[1,2,3,4,3]) -> (y)
                """,
        calls = {
            "y = LpPool(x) {kernel_shape=[2, 3]}",
            "y = LpPool(x) {kernel_shape=[2, 3], p=1, strides=[2, 1], pads=[1, 0, 1, 1]}",
            "y = LpPool(x) {kernel_shape=[3, 3], p=3, auto_pad=\"SAME_UPPER\"}",
            "y = LpPool(x) {kernel_shape=[2, 3], dilations=[2, 1]}",
            "y = LpPool(line) {kernel_shape=[2], strides=[2], pads=[1, 0]}",
            "y = LpPool(line) {kernel_shape=[3], pads=[1, 1]}",
            "y = LpPool(line) {kernel_shape=[2], strides=[2], ceil_mode=1, p=1}",
            "y = LpPool(cube) {kernel_shape=[2, 2, 2]}"
        })
@OperatorExamples(
        given =
                """
                opset 9
                graph (x: float[2,4,5,6]) -> (y)
                """,
        calls = {"y = LpPool(x) {kernel_shape=[2, 3]}"})
class LpPoolTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                graph (x: float[N,4,5,6]) -> (y)
                y = %s
                """
                        .formatted(node));
    }

    @Test
    void channelsPassThroughAndWindowsShrink() {
        OperatorProbe pool = probe("LpPool(x) {kernel_shape=[2, 3], strides=[2, 1]}").linked();

        assertThat(pool.types()).containsExactly("float[N,4,2,4]");
        assertThat(pool.partners("x", 1, 3)).containsExactly("y.1.3");
        assertThat(pool.isFree("x", 2)).isFalse();
        assertThat(pool.isHomogeneous(0)).isTrue();
    }

    @Test
    void windowsWithHolesDoNotTrain() {
        assertThat(probe("LpPool(x) {kernel_shape=[2, 3], dilations=[2, 1]}").trains()).isFalse();
        assertThat(probe("LpPool(x) {kernel_shape=[2, 3], dilations=[1, 1]}").trains()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "LpPool(x)                               | kernel_shape is missing",
                "LpPool(x) {kernel_shape=[2, 3], p=0}    | p is 0, expected at least 1",
                "LpPool(x) {kernel_shape=[2]}            | does not have 1 spatial axes",
                "LpPool(x) {kernel_shape=[6, 3]}         | does not fit",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
