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
                graph (q: float[2,3,8], k: float[2,5,8], v: float[2,5,12], s: float[2,3,8]) -> (y)
                b: float[28] = seed(1)
                kk: float[2,2,5,4] = seed(2)
                past: float[2,2,7,4] = seed(3)
                """,
        calls = {
            "y = com.microsoft::MultiHeadAttention(q, k, v, b) {num_heads=2}",
            "y = com.microsoft::MultiHeadAttention(q, kk, kk) {num_heads=2}",
            "y, pk, pv = com.microsoft::MultiHeadAttention(q, s, s, \"\", \"\", \"\", past, past) {num_heads=2, unidirectional=1}"
        },
        withoutSlope = "is the runtime's own and does not train")
class MultiHeadAttentionTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                opset com.microsoft 1
                graph (q: float[2,3,8], k: float[2,5,8], v: float[2,5,12], all: float[2,3,2,3,4], both: float[2,5,2,2,4]) -> (y)
                kk: float[2,2,5,4] = seed(2)
                past: float[2,2,7,4] = seed(3)
                flat: float[3,8] = seed(4)
                n: int32[1] = [4]
                %s
                """
                        .formatted(node));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "q, k, v      | float[2,3,12] | 600",
                "q, kk, kk    | float[2,3,8]  | 480",
                "q, both      | float[2,3,8]  | 480",
                "all          | float[2,3,8]  | 288",
            })
    void keysAndValuesHaveSeveralForms(String inputs, String type, long macs) {
        // 2 examples, 2 heads, 3 queries, and sizes of 4 and 6, 4 and 4
        OperatorProbe attention =
                probe("y = com.microsoft::MultiHeadAttention(%s) {num_heads=2}".formatted(inputs));

        assertThat(attention.types()).containsExactly(type);
        assertThat(attention.macs()).isEqualTo(macs);
    }

    @Test
    void thePastComesBeforeTheKeys() {
        OperatorProbe attention =
                probe(
                        "y, pk, pv, qk = com.microsoft::MultiHeadAttention(q, k, k, \"\", \"\", \"\", past, past) {num_heads=2}");

        assertThat(attention.types())
                .containsExactly(
                        "float[2,3,8]", "float[2,2,12,4]", "float[2,2,12,4]", "float[2,2,3,12]");
        assertThat(attention.macs()).isEqualTo(2 * 2 * 3 * 12 * (4 + 4));
    }

    @Test
    void aSharedBufferKeepsItsSize() {
        assertThat(
                        probe(
                                        "y, pk = com.microsoft::MultiHeadAttention(q, k, k, \"\", \"\", \"\", past, past, n) {num_heads=2}")
                                .types())
                .containsExactly("float[2,3,8]", "float[2,2,7,4]");
    }

    @Test
    void headsGoAsAWhole() {
        OperatorProbe attention =
                probe("y = com.microsoft::MultiHeadAttention(q, k, v) {num_heads=2}").linked();

        assertThat(attention.isFree("v", 2)).isFalse();
        assertThat(attention.isFree("y", 2)).isFalse();
        assertThat(attention.freezes()).contains("v.2: an attention takes its heads as a whole");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "y = com.microsoft::MultiHeadAttention(q, k, v)                   | num_heads is missing",
                "y = com.microsoft::MultiHeadAttention(q, k, v) {num_heads=0}     | num_heads is 0",
                "y = com.microsoft::MultiHeadAttention(q, k, v) {num_heads=3}     | num_heads 3 does not divide the last axis",
                "y = com.microsoft::MultiHeadAttention(flat, k, v) {num_heads=2}  | input 0 'flat' has the shape [3,8]",
                "y = com.microsoft::MultiHeadAttention(q, k, k, \"\", \"\", \"\", k) {num_heads=2}  | input 6 'k' has the shape [2,5,8]",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
