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
                graph (w: float[5,4]) -> (y)
                i: int32[2,3] = [1, 2, 0, 2, 1, 1]
                segments: int32[2,3] = [0, 0, 1, 0, 1, 1]
                p: float[6,4] = seed(2)
                t: float[2,4] = seed(3)
                g: float[4] = seed(4)
                b: float[4] = seed(5)
                """,
        calls = {
            "y, count = com.microsoft::EmbedLayerNormalization(i, \"\", w, p, \"\", g, b)",
            "y, count, sum = com.microsoft::EmbedLayerNormalization(i, segments, w, p, t, g, b, i)"
        },
        withoutSlope = "is the runtime's own and does not train")
class EmbedLayerNormalizationTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                opset com.microsoft 1
                graph (i: int32[N,3], flat: int32[N]) -> (y)
                w: float[5,4] = seed(1)
                p: float[6,4] = seed(2)
                g: float[4] = seed(3)
                long: float[5] = seed(4)
                %s
                """
                        .formatted(node));
    }

    @Test
    void rowsOfTablesAreSummedUpAndNormalized() {
        OperatorProbe embedding =
                probe(
                                "y, n, sum = com.microsoft::EmbedLayerNormalization(i, \"\", w, p, \"\", g, g)")
                        .linked();

        assertThat(embedding.types()).containsExactly("float[N,3,4]", "int32[N]", "float[N,3,4]");
        assertThat(embedding.isFree("y", 2)).isFalse();
        assertThat(embedding.isFree("w", 1)).isFalse();
        assertThat(embedding.macs()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "y = com.microsoft::EmbedLayerNormalization(i, \"\", w, p, \"\", g)        | has no input 6",
                "y = com.microsoft::EmbedLayerNormalization(i, \"\", w, p, \"\", g, long)  | input 6 'long' has the shape [5], expected [4]",
                "y = com.microsoft::EmbedLayerNormalization(flat, \"\", w, p, \"\", g, g)  | expected [batch, sequence]",
                "y = com.microsoft::EmbedLayerNormalization(i, \"\", g, p, \"\", g, g)     | expected a matrix",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
