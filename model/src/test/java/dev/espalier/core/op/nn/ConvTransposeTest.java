package dev.espalier.core.op.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@OperatorExamples(
        given =
                """
                graph (x: float[2,4,3,3]) -> (y)
                w: float[4,6,3,3] = seed(1)
                b: float[6] = seed(2)
                g: float[4,3,3,3] = seed(3)
                """,
        calls = {
            "y = ConvTranspose(x, w, b) {strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1]}",
            "y = ConvTranspose(x, g, b) {group=2}"
        })
class ConvTransposeTest {
    private static OperatorProbe probe(String weight, String attributes) {
        return OperatorProbe.of(
                """
                graph g (x: float[2,4,5,5]) -> (y)
                w: float[%s] = seed(1)
                y = ConvTranspose(x, w) {%s}
                """
                        .formatted(weight, attributes));
    }

    @ParameterizedTest
    @CsvSource({
        // stride * (size - 1) + extent + output_padding - pads
        "'', 7",
        "'strides=[2,2]', 11",
        "'strides=[2,2], pads=[1,1,1,1]', 9",
        "'strides=[2,2], pads=[1,1,1,1], output_padding=[1,1]', 10",
        "'dilations=[2,2]', 9",
        "'output_shape=[12,12], strides=[2,2]', 12",
        "'auto_pad=\"SAME_UPPER\", strides=[2,2]', 10",
        "'auto_pad=\"VALID\", strides=[3,3]', 15"
    })
    void theOutputIsWhatAllWindowsCover(String attributes, long size) {
        assertThat(probe("4,6,3,3", attributes).types())
                .containsExactly("float[2,6,%d,%d]".formatted(size, size));
    }

    @Test
    void anOpenBatchStaysOpenAndAnOpenSizeIsNotGuessed() {
        OperatorProbe open =
                OperatorProbe.of(
                        """
                        graph g (x: float[N,4,H,5]) -> (y)
                        w: float[4,6,3,3] = seed(1)
                        y = ConvTranspose(x, w)
                        """);

        assertThat(open.types()).containsExactly("float[N,6,?,7]");
    }

    @Test
    void weightsGoWithTheirInputFirstAndTheirOutputSecond() {
        OperatorProbe dense =
                OperatorProbe.of(
                                """
                                graph g (x: float[N,4,5,5]) -> (y)
                                w: float[4,6,3,3] = seed(1)
                                b: float[6] = seed(2)
                                y = ConvTranspose(x, w, b)
                                """)
                        .linked();

        assertThat(dense.partners("x", 1, 2)).containsExactly("w.0.2");
        assertThat(dense.partners("y", 1, 5)).containsExactly("b.0.5", "w.1.5");
        assertThat(dense.isFree("w", 2)).isFalse();
    }

    @Test
    void aDepthwiseGroupGoesAsAWhole() {
        OperatorProbe depthwise = probe("4,2,3,3", "group=4").linked();

        assertThat(depthwise.types()).containsExactly("float[2,8,7,7]");
        assertThat(depthwise.partners("x", 1, 1)).containsExactly("w.0.1", "y.1.2", "y.1.3");
        int[] kept = {0, 2, 3};
        int[] made = {0, 1, 4, 5, 6, 7};
        assertThat(
                        depthwise
                                .cut(Map.of("x.1", kept, "w.0", kept, "y.1", made))
                                .node()
                                .attributes()
                                .integer("group", 0))
                .isEqualTo(3);
    }

    @Test
    void groupsLoseTheSameChannelsEach() {
        OperatorProbe grouped = probe("4,3,3,3", "group=2").linked();

        assertThat(grouped.types()).containsExactly("float[2,6,7,7]");
        assertThat(grouped.partners("x", 1, 0)).containsExactly("w.0.0", "w.0.2", "x.1.2");
        assertThat(grouped.partners("y", 1, 1)).containsExactly("w.1.1", "y.1.4");
        assertThat(grouped.cut(Map.of("y.1", new int[] {0, 1, 3, 4})).node())
                .isSameAs(grouped.node());
    }

    @Test
    void everyElementIsMultipliedWithAllKernelsOfItsChannel() {
        assertThat(probe("4,6,3,3", "").macs()).isEqualTo(2 * 4 * 25 * 6 * 9);
        assertThat(probe("4,3,3,3", "group=2").macs()).isEqualTo(2 * 4 * 25 * 3 * 9);
    }

    @ParameterizedTest
    @CsvSource({"'4,6,3', ''", "'4,6,3,3', 'output_padding=[1]'"})
    void whatDoesNotFitIsRefused(String weight, String attributes) {
        assertThatThrownBy(() -> probe(weight, attributes))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("ConvTranspose 'y'");
    }
}
