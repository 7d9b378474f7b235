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
                graph (q: float[1,3,32], k: float[1,3,16], one: float[1,1,32], new: float[1,1,16], all: float[1,3,64]) -> (y)
                last: int32[1] = [2]
                three: int32[] = 3
                fifth: int32[1] = [5]
                six: int32[] = 6
                past: float[1,2,5,8] = seed(1)
                buffer: float[1,2,9,8] = seed(2)
                """,
        calls = {
            "y = com.microsoft::GroupQueryAttention(q, k, k, \"\", \"\", last, three) {num_heads=4, kv_num_heads=2}",
            "y, pk, pv = com.microsoft::GroupQueryAttention(q, k, k, \"\", \"\", last, three) {num_heads=4, kv_num_heads=2}",
            "y, pk, pv = com.microsoft::GroupQueryAttention(one, new, new, past, past, fifth, six) {num_heads=4, kv_num_heads=2}",
            "y, pk, pv = com.microsoft::GroupQueryAttention(one, new, new, buffer, buffer, fifth, six) {num_heads=4, kv_num_heads=2}",
            "y, pk, pv = com.microsoft::GroupQueryAttention(all, \"\", \"\", \"\", \"\", last, three) {num_heads=4, kv_num_heads=2}"
        },
        withoutSlope = "is the runtime's own and does not train")
class GroupQueryAttentionTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                opset com.microsoft 1
                graph (q: float[1,3,32], k: float[1,3,16], all: float[1,3,64], total: int32[], n: int32[1]) -> (y)
                four: int32[] = 4
                past: float[1,2,5,8] = seed(1)
                w: float[16] = seed(2)
                %s
                """
                        .formatted(node));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // 4 heads, 3 queries, and 16 numbers of a key and a value
                "q, k, k, \"\", \"\", n, four     | float[1,2,4,8] | 768",
                "q, k, k, past, past, n, four     | float[1,2,5,8] | 768",
                "q, k, k, past, past, n, total    | float[1,2,?,8] | 1536",
                "q, k, k, \"\", \"\", n, total    | float[1,2,?,8] | 576",
                "all, \"\", \"\", past, past, n, total | float[1,2,?,8] | 1536",
            })
    void whatIsKeptIsAsLongAsTheBufferOrTheTotal(String inputs, String kept, long macs) {
        OperatorProbe attention =
                probe(
                        "y, pk, pv = com.microsoft::GroupQueryAttention(%s) {num_heads=4, kv_num_heads=2}"
                                .formatted(inputs));

        assertThat(attention.types()).containsExactly("float[1,3,32]", kept, kept);
        assertThat(attention.macs()).isEqualTo(macs);
    }

    @Test
    void headsGoAsAWhole() {
        OperatorProbe attention =
                probe(
                                "y = com.microsoft::GroupQueryAttention(q, k, k, \"\", \"\", n, four) {num_heads=4, kv_num_heads=2}")
                        .linked();

        assertThat(attention.isFree("k", 2)).isFalse();
        assertThat(attention.isFree("y", 2)).isFalse();
        assertThat(attention.freezes()).contains("y.2: an attention takes its heads as a whole");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "y = com.microsoft::GroupQueryAttention(q, k, k, \"\", \"\", n, four) {num_heads=4}                  | num_heads or kv_num_heads is missing",
                "y = com.microsoft::GroupQueryAttention(q, k, k, \"\", \"\", n, four) {num_heads=4, kv_num_heads=3}  | num_heads 4 is no multiple of kv_num_heads 3",
                "y = com.microsoft::GroupQueryAttention(q, k, k, \"\", \"\", n, four) {num_heads=5, kv_num_heads=1}  | 5 heads do not divide the last axis",
                "y = com.microsoft::GroupQueryAttention(q, k, k, \"\", \"\", n) {num_heads=4, kv_num_heads=2}        | has no input 5 or 6",
                "y = com.microsoft::GroupQueryAttention(q, k, k, w, w, n, four) {num_heads=4, kv_num_heads=2}    | input 3 'w' has the shape [16]",
                "y = com.microsoft::GroupQueryAttention(q, k, k, \"\", \"\", n, w) {num_heads=4, kv_num_heads=2}     | input 6 'w'",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
