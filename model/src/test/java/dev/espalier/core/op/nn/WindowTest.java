package dev.espalier.core.op.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.testkit.OperatorExamples;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@OperatorExamples(
        given =
                """
                graph (x: float[2,4,7,7]) -> (y)
                """,
        calls = {
            "y = MaxPool(x) {kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]}",
            "y = MaxPool(x) {kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1}",
            "y = AveragePool(x) {kernel_shape=[2, 2], strides=[2, 2]}",
            "y = AveragePool(x) {kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1}"
        })
class WindowTest {
    /** A window over one axis. */
    private static Window window(long kernel, String attributes) {
        return window(List.of(Dim.of(kernel)), attributes);
    }

    private static Window window(List<Dim> kernel, String attributes) {
        Model model =
                GraphText.parse(
                        "graph (x: float[1,1,9]) -> (y)\ny = MaxPool(x) {%s}"
                                .formatted(attributes));
        Node node = model.graph().nodes().get(0);
        return new Window(kernel, node.attributes());
    }

    private static Shape signal(long size) {
        return Shape.of(1, 1, size);
    }

    @ParameterizedTest
    @CsvSource({
        // size, kernel, attributes, output: floor((size + pads - extent) / stride) + 1
        "8, 3, '', 6",
        "8, 3, 'pads=[1,1]', 8",
        "8, 3, 'pads=[1,1], strides=[2]', 4",
        "8, 3, 'dilations=[2]', 4",
        "8, 3, 'pads=[0,1]', 7",
        "8, 8, '', 1",
        "8, 3, 'strides=[2]', 3",
        // The last window may stick out,
        "8, 3, 'strides=[2], ceil_mode=1', 4",
        // but not begin behind the signal and its begin padding.
        "4, 1, 'strides=[3], ceil_mode=1', 2",
        "5, 1, 'strides=[3], ceil_mode=1', 2",
        "8, 3, 'auto_pad=\"SAME_UPPER\"', 8",
        "8, 3, 'auto_pad=\"SAME_LOWER\", strides=[3]', 3",
        "8, 3, 'auto_pad=\"VALID\"', 6"
    })
    void theOutputSizeCountsTheWindows(long size, long kernel, String attributes, long expected) {
        assertThat(window(kernel, attributes).outputDims(signal(size)))
                .containsExactly(Dim.of(expected));
    }

    @Test
    void anOpenSizeGivesAnOpenOutput() {
        Shape open = Shape.of(List.of(Dim.of(1), Dim.of(1), new Dim.Symbolic("L")));

        assertThat(window(3, "").outputDims(open)).containsExactly(Dim.UNKNOWN);
        assertThat(window(List.of(Dim.UNKNOWN), "").outputDims(signal(8)))
                .containsExactly(Dim.UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource({
        "8, 'pads=[2,1]', 2, 1",
        "8, 'auto_pad=\"VALID\"', 0, 0",
        // Two windows of 4 with stride 4 cover 8; with stride 3, three cover 10.
        "8, 'auto_pad=\"SAME_UPPER\", strides=[4]', 0, 0",
        "8, 'auto_pad=\"SAME_UPPER\", strides=[1]', 1, 2",
        "8, 'auto_pad=\"SAME_LOWER\", strides=[1]', 2, 1",
        "8, 'auto_pad=\"SAME_UPPER\", strides=[3]', 1, 1"
    })
    void samePadsAreSharedAndTheOddOneGoesWhereTheNameSays(
            long size, String attributes, long begin, long end) {
        assertThat(window(4, attributes).pads(signal(size))).containsExactly(begin, end);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    strides=[0]         | strides are [0], expected 1 positive numbers
                    strides=[1,1]       | strides are [1, 1], expected 1 positive numbers
                    dilations=[-1]      | dilations are [-1], expected 1 positive numbers
                    pads=[1]            | 1 pads for 1 axes
                    dilations=[5]       | a window of 11 does not fit a padded axis of 8
                    """)
    void whatFitsNoInputIsRefused(String attributes, String message) {
        assertThatThrownBy(() -> window(3, attributes).outputDims(signal(8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void theKernelHasAsManyAxesAsTheInput() {
        assertThatThrownBy(() -> window(3, "").outputDims(Shape.of(1, 1, 8, 8)))
                .hasMessage("input [1,1,8,8] does not have 1 spatial axes as the kernel has");
    }

    @Test
    void aMeanThatCountsNoPaddingIsCorrectedAtTheEdges() {
        Window window = window(3, "pads=[1,1]");

        // Two of the three elements of the first window are the signal's.
        assertThat(window.correction(signal(4), 0, 0, false)).isEqualTo(1.5);
        assertThat(window.correction(signal(4), 0, 1, false)).isEqualTo(1);
        assertThat(window.correction(signal(4), 0, 3, false)).isEqualTo(1.5);
        assertThat(window.correction(signal(4), 0, 0, true)).isEqualTo(1);
        // A last window that sticks out even beyond the padding.
        Window ceil = window(3, "strides=[2], ceil_mode=1");
        assertThat(ceil.correction(signal(4), 0, 1, true)).isEqualTo(1.5);
    }
}
