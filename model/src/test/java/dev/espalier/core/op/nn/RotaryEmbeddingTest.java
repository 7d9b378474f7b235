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
                opset 23
                graph (x: float[2,2,3,4], flat: float[2,3,8]) -> (y)
                cos: float[6,2] = seed(1)
                sin: float[6,2] = seed(2)
                c: float[2,3,2] = seed(3)
                at: int64[2,3] = [0, 1, 2, 3, 4, 5]
                """,
        calls = {
            "y = RotaryEmbedding(x, cos, sin, at)",
            "y = RotaryEmbedding(flat, c, c) {num_heads=2, interleaved=1}"
        })
@OperatorExamples(
        given =
                """
                opset com.microsoft 1
                graph (x: float[2,2,3,4], flat: float[2,3,8]) -> (y)
                cos: float[6,2] = seed(1)
                sin: float[6,2] = seed(2)
                at: int64[2,3] = [0, 1, 2, 3, 4, 5]
                """,
        calls = {
            "y = com.microsoft::RotaryEmbedding(x, at, cos, sin)",
            "y = com.microsoft::RotaryEmbedding(flat, at, cos, sin) {num_heads=2, rotary_embedding_dim=4}"
        },
        withoutSlope = "is the runtime's own and does not train")
class RotaryEmbeddingTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                opset 23
                opset com.microsoft 1
                graph (x: float[N,2,3,4], v: float[4]) -> (y)
                cos: float[6,2] = seed(1)
                at: int64[2,3] = [0, 1, 2, 3, 4, 5]
                %s
                """
                        .formatted(node));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RotaryEmbedding(x, cos, cos, at)",
                "com.microsoft::RotaryEmbedding(x, at, cos, cos)"
            })
    void numbersAreTurnedInPairs(String call) {
        OperatorProbe rotation = probe("y = " + call).linked();

        assertThat(rotation.types()).containsExactly("float[N,2,3,4]");
        assertThat(rotation.isFree("x", 3)).isFalse();
        assertThat(rotation.freezes()).contains("x.3: its numbers are turned in pairs");
        assertThat(rotation.trains()).isFalse();
        assertThat(rotation.isHomogeneous(0)).isFalse();
    }

    @Test
    void theLastInputOfTheStandardsMayBeLeftOut() {
        assertThat(probe("y = RotaryEmbedding(x, cos, cos)").types())
                .containsExactly("float[N,2,3,4]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "y = com.microsoft::RotaryEmbedding(x, at, cos)               | has no input 3",
                "y = RotaryEmbedding(v, cos, cos)                       | has 1 axes, expected 3 or 4",
                "y = RotaryEmbedding(x, cos, cos) {interleaved=2}       | interleaved is 2",
                "y = RotaryEmbedding(x, cos, cos) {num_heads=-1}        | num_heads is -1",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
