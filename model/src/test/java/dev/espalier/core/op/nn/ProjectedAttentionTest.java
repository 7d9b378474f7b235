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
                graph (x: float[2,3,8]) -> (y)
                w: float[8,24] = seed(1)
                b: float[24] = seed(2)
                past: float[2,2,2,5,4] = seed(3)
                wide: float[8,28] = seed(4)
                c: float[28] = seed(5)
                """,
        calls = {
            "y = com.microsoft::Attention(x, w, b) {num_heads=2}",
            "y, present = com.microsoft::Attention(x, w, b, \"\", past) {num_heads=2, unidirectional=1}",
            "y, present = com.microsoft::Attention(x, w, b) {num_heads=4}",
            "y = com.microsoft::Attention(x, wide, c) {num_heads=2, qkv_hidden_sizes=[8, 8, 12]}"
        },
        withoutSlope = "is the runtime's own and does not train")
class ProjectedAttentionTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                opset com.microsoft 1
                graph (x: float[N,3,8], flat: float[N,8]) -> (y)
                w: float[8,24] = seed(1)
                b: float[24] = seed(2)
                past: float[2,1,2,5,4] = seed(3)
                wide: float[8,28] = seed(4)
                %s
                """
                        .formatted(node));
    }

    @Test
    void valuesMayBeOfAnotherSize() {
        assertThat(
                        probe(
                                        "y = com.microsoft::Attention(x, wide) {num_heads=2, qkv_hidden_sizes=[8, 8, 12]}")
                                .types())
                .containsExactly("float[N,3,12]");
    }

    @Test
    void thePastComesBeforeTheKeys() {
        assertThat(
                        probe("y, p = com.microsoft::Attention(x, w, b, \"\", past) {num_heads=2}")
                                .types())
                .containsExactly("float[N,3,8]", "float[2,N,2,8,4]");
        assertThat(
                        probe(
                                        "y, p = com.microsoft::Attention(x, w, b, \"\", past) {num_heads=2, past_present_share_buffer=1}")
                                .types())
                .containsExactly("float[N,3,8]", "float[2,N,2,5,4]");
    }

    @Test
    void projectionsAndProductsCount() {
        OperatorProbe attention =
                OperatorProbe.of(
                        """
                        opset com.microsoft 1
                        graph (x: float[2,3,8], past: float[2,2,2,5,4]) -> (y)
                        w: float[8,24] = seed(1)
                        b: float[24] = seed(2)
                        y, p = com.microsoft::Attention(x, w, b, "", past) {num_heads=2}
                        """);

        assertThat(attention.macs()).isEqualTo(2 * 3 * 8 * 24 + 2 * 2 * 3 * (5 + 3) * (4 + 4));
    }

    @Test
    void onlyTheInputsChannelsMayGo() {
        OperatorProbe attention =
                probe("y = com.microsoft::Attention(x, w, b) {num_heads=2}").linked();

        assertThat(attention.partners("x", 2, 3)).containsExactly("w.0.3");
        assertThat(attention.isFree("x", 2)).isTrue();
        assertThat(attention.isFree("w", 1)).isFalse();
        assertThat(attention.isFree("y", 2)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "y = com.microsoft::Attention(x, w, b)                  | num_heads is missing",
                "y = com.microsoft::Attention(x, w, b) {num_heads=3}     | num_heads 3 does not divide the 8 columns",
                "y = com.microsoft::Attention(x, wide) {num_heads=2}    | 28 columns of the weights [8,28] are no three",
                "y = com.microsoft::Attention(x, w, b) {num_heads=2, qkv_hidden_sizes=[8, 4, 12]} | qkv_hidden_sizes are 8 and 4",
                "y = com.microsoft::Attention(x, w, b) {num_heads=2, qkv_hidden_sizes=[8, 8, 12]} | expected [8,28]",
                "y = com.microsoft::Attention(flat, w, b) {num_heads=2} | input 0 'flat' has the shape [N,8]",
                "y = com.microsoft::Attention(x, w, b, \"\", b) {num_heads=2} | input 4 'b' has the shape [24]",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
