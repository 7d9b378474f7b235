package dev.espalier.core.op.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Operators on truths, and those that make some of numbers. */
@OperatorExamples(
        given =
                """
                opset 18
                graph (x: float[2,3]) -> (y)
                a: bool[2,2] = [true, true, false, false]
                b: bool[2,2] = [true, false, true, false]
                c: bool[2] = [true, false]
                n: float[4] = [inf, -inf, nan, 1]
                """,
        calls = {
            "y = And(a, b)",
            "y = And(a, c)",
            "y = Or(a, b)",
            "y = Or(c, b)",
            "y = Xor(a, b)",
            "y = Not(a)",
            "y = IsNaN(n)",
            "y = IsNaN(x)",
            "y = IsInf(n)",
            "y = IsInf(n) {detect_positive=0}",
            "y = IsInf(n) {detect_negative=0}"
        },
        withoutSlope = "says yes or no")
class LogicTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                        """
                        graph (a: bool[N,4], b: bool[4], x: float[N,4]) -> (y)
                        numbers: int64[4]
                        y = %s
                        """
                                .formatted(node))
                .linked();
    }

    @ParameterizedTest
    @ValueSource(strings = {"And(a, b)", "Or(a, b)", "Xor(a, b)"})
    void truthsBroadcastAndGoTogether(String node) {
        OperatorProbe probe = probe(node);

        assertThat(probe.types()).containsExactly("bool[N,4]");
        assertThat(probe.partners("b", 0, 3)).containsExactly("a.1.3", "y.1.3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Not(a)", "IsNaN(x)", "IsInf(x)"})
    void theResultIsATruthForEachElement(String node) {
        assertThat(probe(node).types()).containsExactly("bool[N,4]");
        assertThat(probe(node).isFree("y", 1)).isTrue();
        assertThat(probe(node).isHomogeneous(0)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"And(a, numbers)", "Or(numbers, a)", "Not(numbers)"})
    void numbersAreNoTruths(String node) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("'numbers' is int64[4], expected truths (bool)");
    }

    @Test
    void aFlagIsYesOrNo() {
        assertThatThrownBy(() -> probe("IsInf(x) {detect_positive=2}"))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("detect_positive is 2");
    }
}
