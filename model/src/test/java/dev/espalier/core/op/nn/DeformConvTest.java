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
                opset 19
                graph (x: float[2,4,5,5], o: float[2,18,3,3], o2: float[2,36,5,5]) -> (y)
                w: float[3,4,3,3] = seed(1)
                b: float[3] = seed(2)
                m: float[2,9,3,3] = seed(3)
                g: float[6,2,3,3] = seed(4)
                d: float[4,1,3,3] = seed(5)
                """,
        calls = {
            "y = DeformConv(x, w, o)",
            "y = DeformConv(x, w, o, b, m)",
            "y = DeformConv(x, g, o2, \"\", \"\") {group=2, offset_group=2, pads=[1, 1, 1, 1]}",
            "y = DeformConv(x, w, o2) {offset_group=2, pads=[1, 1, 1, 1]}",
            "y = DeformConv(x, d, o) {group=4}"
        },
        withoutSlope = "does not train")
class DeformConvTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                opset 19
                graph (x: float[2,4,5,5], o: float[2,18,3,3], o2: float[2,36,3,3]) -> (y)
                w: float[3,4,3,3] = seed(1)
                b: float[3] = seed(2)
                odd: float[3,3,3,3] = seed(3)
                %s
                """
                        .formatted(node));
    }

    @Test
    void channelsAndCostAreThoseOfAConvolution() {
        OperatorProbe conv = probe("y = DeformConv(x, w, o, b)").linked();

        assertThat(conv.types()).containsExactly("float[2,3,3,3]");
        assertThat(conv.macs()).isEqualTo(2 * 3 * 9 * (4 * 9));
        assertThat(conv.partners("y", 1, 2)).containsExactly("b.0.2", "w.0.2");
        assertThat(conv.partners("x", 1, 3)).containsExactly("w.1.3");
        assertThat(conv.isFree("o", 1)).isFalse();
        assertThat(conv.trains()).isFalse();
    }

    @Test
    void groupsOfPlacesLoseAsManyChannelsEach() {
        OperatorProbe conv = probe("y = DeformConv(x, w, o2) {offset_group=2}").linked();

        assertThat(conv.partners("x", 1, 3)).containsExactly("w.1.1", "w.1.3", "x.1.1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "y = DeformConv(x, w, o2)                      | input 2 'o2' has the shape [2,36,3,3]",
                "y = DeformConv(x, w, o, b, o)                 | input 4 'o' has the shape [2,18,3,3]",
                "y = DeformConv(x, w, o) {offset_group=3}      | offset_group 3 does not divide",
                "y = DeformConv(x, w, o) {offset_group=0}      | offset_group is 0",
                "y = DeformConv(x, odd, o)                     | do not fit in 1 groups",
                "y = DeformConv(x, w)                          | has no input 2",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
