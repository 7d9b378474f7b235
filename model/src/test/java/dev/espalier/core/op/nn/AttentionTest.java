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
                graph (q: float[2,4,3,5], k: float[2,4,6,5], v: float[2,4,6,2], qf: float[2,3,8], kf: float[2,5,8], vf: float[2,5,12]) -> (y)
                mask: bool[3,6] = [1, 1, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]
                add: float[3,6] = seed(1)
                k2: float[2,2,6,5] = seed(2)
                v2: float[2,2,6,2] = seed(3)
                pk: float[2,2,7,5] = seed(4)
                pv: float[2,2,7,2] = seed(5)
                """,
        calls = {
            "y = Attention(q, k, v)",
            "y = Attention(q, k, v, mask)",
            "y = Attention(q, k, v, add) {scale=0.3}",
            "y = Attention(q, k, v) {is_causal=1}",
            "y = Attention(qf, kf, vf) {q_num_heads=2, kv_num_heads=2}",
            "y = Attention(q, k2, v2)",
            "y, pk2, pv2, qk = Attention(q, k2, v2, \"\", pk, pv)",
            "y = Attention(q, k, v) {softcap=2.0}"
        })
@OperatorExamples(
        given =
                """
                opset 24
                graph (q: float[2,4,3,5], k: float[2,4,6,5], v: float[2,4,6,2]) -> (y)
                """,
        calls = {"y = Attention(q, k, v)"})
class AttentionTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                opset 23
                graph (q: float[N,4,3,5], k: float[N,2,6,5], v: float[N,2,6,2], qf: float[N,3,8], kf: float[N,5,8]) -> (y)
                pk: float[1,2,7,5] = seed(4)
                m: float[3,5] = seed(5)
                %s
                """
                        .formatted(node));
    }

    @Test
    void headsAreAnAxisOrLieInTheLastOne() {
        assertThat(probe("y = Attention(q, k, v)").types()).containsExactly("float[N,4,3,2]");
        assertThat(probe("y = Attention(qf, kf, kf) {q_num_heads=4, kv_num_heads=2}").types())
                .containsExactly("float[N,3,16]");
    }

    @Test
    void thePastComesBeforeTheKeys() {
        assertThat(probe("y, k2, v2, qk = Attention(q, k, v, \"\", pk, pk)").types())
                .containsExactly(
                        "float[N,4,3,2]", "float[N,2,13,5]", "float[N,2,13,2]", "float[N,4,3,13]");
    }

    @Test
    void bothProductsCount() {
        OperatorProbe attention =
                OperatorProbe.of(
                        """
                        opset 23
                        graph (q: float[2,4,3,5], k: float[2,2,6,5], v: float[2,2,6,2]) -> (y)
                        y = Attention(q, k, v)
                        """);

        assertThat(attention.macs()).isEqualTo(2 * 4 * 3 * 6 * (5 + 2));
    }

    @Test
    void headsGoAsAWhole() {
        OperatorProbe attention = probe("y = Attention(q, k, v)").linked();

        assertThat(attention.isFree("q", 3)).isFalse();
        assertThat(attention.isFree("y", 3)).isFalse();
        assertThat(attention.freezes()).contains("q.3: an attention takes its heads as a whole");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "y = Attention(q, k, v)                                              | false",
                "y = Attention(q, q, q)                                              | true",
                "y = Attention(q, q, q) {is_causal=1}                                | true",
                "y = Attention(q, q, q, m) {is_causal=1}                             | false",
                "y = Attention(q, q, q) {softcap=1.0}                                | false",
                "y = Attention(q, q, q, \"\", pk, pk)                                | false",
                "y, p = Attention(q, q, q)                                           | false",
                "y = Attention(qf, kf, kf) {q_num_heads=4, kv_num_heads=4}           | true",
                "y = Attention(qf, kf, kf) {q_num_heads=4, kv_num_heads=2}           | false",
            })
    void whatTorchComputesTrains(String node, boolean trains) {
        assertThat(probe(node).trains()).isEqualTo(trains);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "y = Attention(q, k)                                        | has no input 2",
                "y = Attention(qf, kf, kf)                                  | q_num_heads or kv_num_heads is missing",
                "y = Attention(qf, kf, kf) {q_num_heads=3, kv_num_heads=2}  | q_num_heads 3 does not divide",
                "y = Attention(qf, kf, kf) {q_num_heads=4, kv_num_heads=0}  | kv_num_heads is 0",
                "y = Attention(q, kf, kf)                                   | expected as many axes as Q has",
                "y = Attention(m, m, m)                                     | expected 3 or 4 axes",
                "y = Attention(q, k, v) {is_causal=2}                       | is_causal is 2, expected 0 to 1",
                "y = Attention(q, k, v, \"\", m)                              | input 4 'm' has the shape [3,5]",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
