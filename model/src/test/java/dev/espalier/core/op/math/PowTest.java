package dev.espalier.core.op.math;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@OperatorExamples(
        given =
                """
                graph (x: float[2,3], i: int64[3]) -> (y)
                two: float[] = 2
                three: int64[] = 3
                c: float[3] = [-1.5, 0.1, 3]
                """,
        calls = {"y = Pow(x, two)", "y = Pow(c, two)", "y = Pow(i, three)"})
@OperatorExamples(
        given =
                """
                graph (i: int64[3]) -> (y)
                m: int64[3] = [3, -4, 7]
                f: float[3] = [-1.5, 2.25, 7]
                """,
        calls = {"y = Mod(i, m)", "y = Mod(m, m)", "y = Mod(i, m) {fmod=1}"})
@OperatorExamples(
        given =
                """
                graph (x: float[2,3]) -> (y)
                f: float[3] = [-1.5, 2.25, 0.1]
                """,
        calls = {"y = Mod(x, f) {fmod=1}"},
        withoutSlope = "a remainder jumps")
class PowTest {
    private static Optional<Tensor> folded(String node) {
        return ShapeInference.of(
                        GraphText.parse(
                                """
                                graph () -> (y)
                                a: int64[3] = [-7, 7, 3]
                                b: int64[3] = [3, -3, 0]
                                seven: int64[] = 7
                                many: int64[] = 60
                                narrow: int32[2] = [7, 8]
                                below: int64[] = -1
                                f: float[2] = [1.5, -3]
                                two: float[] = 2
                                half: float[] = 0.5
                                y = %s
                                """
                                        .formatted(node)))
                .constant("y");
    }

    @Test
    void powersThatEveryRuntimeComputesAlikeAreFolded() {
        assertThat(folded("Pow(a, a)")).isEmpty();
        assertThat(folded("Pow(a, seven)").orElseThrow().toLongs())
                .containsExactly(-823543, 823543, 2187);
        assertThat(folded("Pow(f, two)").orElseThrow().toDoubles()).containsExactly(2.25, 9);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Pow(a, many)",
                "Pow(a, below)",
                "Pow(f, half)",
                "Pow(a, two)",
                "Pow(narrow, narrow)"
            })
    void othersAreLeftToTheRuntime(String node) {
        assertThat(folded(node)).isEmpty();
    }

    @Test
    void aRemainderHasTheSignOfTheDivisorOrOfWhatIsDivided() {
        assertThat(folded("Mod(a, seven)").orElseThrow().toLongs()).containsExactly(0, 0, 3);
        assertThat(folded("Mod(seven, a)").orElseThrow().toLongs()).containsExactly(0, 0, 1);
        assertThat(folded("Mod(b, a)").orElseThrow().toLongs()).containsExactly(-4, 4, 0);
        assertThat(folded("Mod(b, a) {fmod=1}").orElseThrow().toLongs()).containsExactly(3, -3, 0);
        assertThat(folded("Mod(f, two) {fmod=1}").orElseThrow().toDoubles())
                .containsExactly(1.5, -1);
    }

    @Test
    void theResultHasTheTypeOfTheBase() {
        assertThat(
                        OperatorProbe.of("graph (x: int64[N,3], p: float[3]) -> (y)\ny = Pow(x, p)")
                                .types())
                .containsExactly("int64[N,3]");
    }
}
