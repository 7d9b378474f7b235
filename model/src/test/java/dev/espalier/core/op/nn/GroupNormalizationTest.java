package dev.espalier.core.op.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@OperatorExamples(
        given =
                """
                opset 18
                graph (x: float[2,6,3,3]) -> (y)
                s: float[3] = seed(1)
                b: float[3] = seed(2)
                """,
        calls = {"y = GroupNormalization(x, s, b) {num_groups=3}"})
@OperatorExamples(
        given =
                """
                opset 21
                graph (x: float[2,6,3,3], line: float[2,6,5]) -> (y)
                s: float[6] = seed(1)
                b: float[6] = seed(2)
                """,
        calls = {
            "y = GroupNormalization(x, s, b) {num_groups=3}",
            "y = GroupNormalization(x, s, b) {num_groups=1}",
            "y = GroupNormalization(line, s, b) {num_groups=6, epsilon=0.1}"
        })
class GroupNormalizationTest {
    private static OperatorProbe probe(int opset, int vectors, String node) {
        return OperatorProbe.of(
                """
                opset %d
                graph (x: float[N,6,3,3]) -> (y)
                s: float[%d] = seed(1)
                b: float[%d] = seed(2)
                y = %s
                """
                        .formatted(opset, vectors, vectors, node));
    }

    @Test
    void aGroupGoesAsAWholeWithTheScalesOfItsChannels() {
        OperatorProbe norm = probe(21, 6, "GroupNormalization(x, s, b) {num_groups=3}").linked();

        assertThat(norm.types()).containsExactly("float[N,6,3,3]");
        assertThat(norm.partners("x", 1, 2))
                .containsExactly("b.0.2", "b.0.3", "s.0.2", "s.0.3", "x.1.3", "y.1.2", "y.1.3");
        assertThat(norm.isFree("y", 1)).isTrue();
        assertThat(norm.isFree("y", 2)).isFalse();
    }

    @Test
    void beforeSet21ThereIsOneScaleForAGroup() {
        OperatorProbe norm = probe(18, 3, "GroupNormalization(x, s, b) {num_groups=3}").linked();

        assertThat(norm.partners("x", 1, 3))
                .containsExactly("b.0.1", "s.0.1", "x.1.2", "y.1.2", "y.1.3");
    }

    @Test
    void theOnlyGroupStays() {
        OperatorProbe norm = probe(21, 6, "GroupNormalization(x, s, b) {num_groups=1}").linked();

        assertThat(norm.isFree("y", 1)).isFalse();
        assertThat(norm.freezes()).anyMatch(text -> text.contains("takes its mean over it"));
    }

    @Test
    void groupsOfOneChannelGoAlone() {
        OperatorProbe norm = probe(21, 6, "GroupNormalization(x, s, b) {num_groups=6}").linked();

        assertThat(norm.partners("x", 1, 3)).containsExactly("b.0.3", "s.0.3", "y.1.3");
    }

    @Test
    void aCutCountsTheGroupsThatStay() {
        OperatorProbe norm = probe(21, 6, "GroupNormalization(x, s, b) {num_groups=3}");

        assertThat(
                        norm.cut(Map.of("x.1", new int[] {0, 1, 4, 5}))
                                .node()
                                .attributes()
                                .integer("num_groups", 0))
                .isEqualTo(2);
    }

    @Test
    void onlyScaleAndBiasTogetherPassAFactorOn() {
        OperatorProbe norm = probe(21, 6, "GroupNormalization(x, s, b) {num_groups=3}");

        assertThat(norm.isHomogeneous(1, 2)).isTrue();
        assertThat(norm.isHomogeneous(0)).isFalse();
        assertThat(norm.isHomogeneous(2)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "21 | 6 | GroupNormalization(x, s, b)                | num_groups is missing",
                "21 | 6 | GroupNormalization(x, s, b) {num_groups=0} | num_groups is 0",
                "21 | 6 | GroupNormalization(x, s, b) {num_groups=4} | num_groups 4 does not divide",
                "21 | 3 | GroupNormalization(x, s, b) {num_groups=3} | has the shape [3], expected [6]",
                "18 | 6 | GroupNormalization(x, s, b) {num_groups=3} | has the shape [6], expected [3]",
                "21 | 6 | GroupNormalization(x, s) {num_groups=3}    | has no input 2",
            })
    void whatNoRuntimeRunsIsRefused(int opset, int vectors, String node, String message) {
        assertThatThrownBy(() -> probe(opset, vectors, node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
