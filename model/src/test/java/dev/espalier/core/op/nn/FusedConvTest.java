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
                graph (x: float[2,4,5,5], z: float[2,3,3,3]) -> (y)
                w: float[3,4,3,3] = seed(1)
                b: float[3] = seed(2)
                d: float[4,1,3,3] = seed(3)
                g: float[6,2,3,3] = seed(4)
                """,
        calls = {
            "y = com.microsoft::FusedConv(x, w, b, z) {activation=\"Relu\"}",
            "y = com.microsoft::FusedConv(x, w, b) {activation=\"Sigmoid\"}",
            "y = com.microsoft::FusedConv(x, d) {activation=\"LeakyRelu\", activation_params=[0.1], group=4}",
            "y = com.microsoft::FusedConv(x, g) {activation=\"Clip\", activation_params=[0.0, 6.0], group=2}"
        },
        withoutSlope = "is the runtime's own and does not train")
class FusedConvTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                opset com.microsoft 1
                graph (x: float[2,4,5,5], z: float[2,3,3,3]) -> (y)
                w: float[3,4,3,3] = seed(1)
                b: float[3] = seed(2)
                %s
                """
                        .formatted(node));
    }

    @Test
    void itIsAConvolutionToWhichAResidualIsAdded() {
        OperatorProbe conv =
                probe("y = com.microsoft::FusedConv(x, w, b, z) {activation=\"Relu\"}").linked();

        assertThat(conv.types()).containsExactly("float[2,3,3,3]");
        assertThat(conv.macs()).isEqualTo(2 * 3 * 9 * (4 * 9));
        assertThat(conv.partners("y", 1, 2)).containsExactly("b.0.2", "w.0.2", "z.1.2");
        assertThat(conv.partners("x", 1, 3)).containsExactly("w.1.3");
        assertThat(conv.isFree("z", 2)).isFalse();
        assertThat(conv.trains()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "y = com.microsoft::FusedConv(x, w) {activation=\"Elu\"}      | activation is 'Elu'",
                "y = com.microsoft::FusedConv(x, w) {group=2}                | group 2 does not divide",
                "y = com.microsoft::FusedConv(x, w, w)                      | input 2 'w' has the shape [3,4,3,3]",
                "y = com.microsoft::FusedConv(x)                            | has no input 1",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
