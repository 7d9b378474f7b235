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
                graph (x: float[2,3,4]) -> (y)
                s: float[4] = seed(1)
                m: float[3,4] = seed(2)
                one: float[1] = seed(3)
                """,
        calls = {
            "y = RMSNormalization(x, s)",
            "y = RMSNormalization(x, m) {axis=1, epsilon=0.1}",
            "y = RMSNormalization(x, one)"
        })
@OperatorExamples(
        given =
                """
                opset 18
                graph (x: float[2,3,4]) -> (y)
                s: float[4] = seed(1)
                m: float[3,4] = seed(2)
                """,
        calls = {
            "y = SimplifiedLayerNormalization(x, s)",
            "y = SimplifiedLayerNormalization(x, m) {axis=-2, epsilon=0.1}",
            "y, f = SimplifiedLayerNormalization(x, s)"
        })
class RMSNormalizationTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                opset 23
                graph (x: float[N,3,4]) -> (y)
                s: float[4] = seed(1)
                rows: float[3,1] = seed(2)
                %s
                """
                        .formatted(node));
    }

    @Test
    void aNormalizedAxisIsFrozenAndTheOthersPassThrough() {
        OperatorProbe norm = probe("y = RMSNormalization(x, s)").linked();

        assertThat(norm.types()).containsExactly("float[N,3,4]");
        assertThat(norm.partners("x", 1, 2)).containsExactly("y.1.2");
        assertThat(norm.isFree("x", 1)).isTrue();
        assertThat(norm.isFree("x", 2)).isFalse();
        assertThat(norm.freezes()).contains("x.2: a normalization takes its mean square over it");
    }

    @Test
    void theFactorKeepsNormalizedAxesWithSizeOne() {
        OperatorProbe norm = probe("y, f = SimplifiedLayerNormalization(x, s) {axis=1}").linked();

        assertThat(norm.types()).containsExactly("float[N,3,4]", "float[N,1,1]");
        assertThat(norm.isFree("f", 1)).isFalse();
    }

    @Test
    void aScaleOfOtherAxesGoesWithThem() {
        OperatorProbe norm = probe("y = RMSNormalization(x, rows)").linked();

        assertThat(norm.partners("x", 1, 2)).containsExactly("rows.0.2", "y.1.2");
    }

    @Test
    void theResultHasTheTypeOfItsScale() {
        assertThat(
                        OperatorProbe.of(
                                        """
                                        opset 23
                                        graph (x: float16[N,3,4]) -> (y)
                                        s: float[4] = seed(1)
                                        y = RMSNormalization(x, s)
                                        """)
                                .types())
                .containsExactly("float[N,3,4]");
    }

    @Test
    void onlyTheScalePassesAFactorOn() {
        assertThat(probe("y = RMSNormalization(x, s)").isHomogeneous(1)).isTrue();
        assertThat(probe("y = RMSNormalization(x, s)").isHomogeneous(0)).isFalse();
        assertThat(probe("y, f = SimplifiedLayerNormalization(x, s)").isHomogeneous(1)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "y = RMSNormalization(x)              | has no input 1",
                "y = RMSNormalization(x, s) {axis=3}  | axis is 3, expected -3 to 2",
                "y, f = RMSNormalization(x, s)        | has 2 outputs, expected at most 1",
                "y = SimplifiedLayerNormalization(x, s) {stash_type=99} | stash_type is 99",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
