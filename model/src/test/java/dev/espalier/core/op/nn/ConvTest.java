package dev.espalier.core.op.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import java.util.Map;
import org.junit.jupiter.api.Test;

@OperatorExamples(
        given =
                """
                graph (x: float[2,4,5,5]) -> (y)
                w: float[6,4,3,3] = seed(1)
                b: float[6] = seed(2)
                g: float[6,2,3,3] = seed(3)
                d: float[8,1,3,3] = seed(4)
                """,
        calls = {
            "y = Conv(x, w, b) {pads=[1, 1, 1, 1]}",
            "y = Conv(x, w) {strides=[2, 2], dilations=[2, 2], pads=[2, 2, 2, 2]}",
            "y = Conv(x, g, b) {group=2}",
            "y = Conv(x, d) {group=4}"
        })
class ConvTest {
    @Test
    void filtersAreOutputsAndTheirDepthIsInputs() {
        OperatorProbe conv =
                OperatorProbe.of(
                                """
                                graph g (x: float[N,3,8,8]) -> (y)
                                w: float[4,3,3,3] = seed(1)
                                b: float[4] = seed(2)
                                y = Conv(x, w, b) {pads=[1,1,1,1], strides=[2,2]}
                                """)
                        .linked();

        assertThat(conv.types()).containsExactly("float[N,4,4,4]");
        assertThat(conv.partners("y", 1, 2)).containsExactly("b.0.2", "w.0.2");
        assertThat(conv.partners("x", 1, 2)).containsExactly("w.1.2");
        assertThat(conv.isFree("w", 2)).isFalse();
    }

    @Test
    void aDepthwiseGroupGoesAsAWholeAndGroupCountsTheRest() {
        OperatorProbe conv =
                OperatorProbe.of(
                                """
                                graph g (x: float[1,3,8,8]) -> (y)
                                w: float[6,1,3,3] = seed(1)
                                y = Conv(x, w) {group=3}
                                """)
                        .linked();

        assertThat(conv.partners("x", 1, 1)).containsExactly("w.0.2", "w.0.3", "y.1.2", "y.1.3");
        assertThat(
                        conv.cut(Map.of("x.1", new int[] {0, 2}, "y.1", new int[] {0, 1, 4, 5}))
                                .node()
                                .attributes()
                                .integer("group", 0))
                .isEqualTo(2);
    }

    @Test
    void groupsLoseTheSameChannelsEach() {
        OperatorProbe conv =
                OperatorProbe.of(
                                """
                                graph g (x: float[1,6,8,8]) -> (y)
                                w: float[4,3,1,1] = seed(1)
                                y = Conv(x, w) {group=2}
                                """)
                        .linked();

        assertThat(conv.partners("x", 1, 1)).containsExactly("w.1.1", "x.1.4");
        assertThat(conv.partners("y", 1, 0)).containsExactly("w.0.0", "w.0.2", "y.1.2");
        assertThat(conv.macs()).isEqualTo(4 * 64 * 3);
    }
}
