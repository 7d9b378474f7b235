package dev.espalier.core.op.math;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@OperatorExamples(
        given =
                """
                graph (x: float[2,3,2]) -> (y)
                large: float[2,2] = [1.2, 1.5, 2, 4]
                small: float[2,2] = [-0.9, -0.2, 0.1, 0.7]
                """,
        calls = {
            "y = Acos(small)",
            "y = Acosh(large)",
            "y = Asin(small)",
            "y = Asinh(x)",
            "y = Atan(x)",
            "y = Atanh(small)",
            "y = Cos(x)",
            "y = Cosh(x)",
            "y = Exp(x)",
            "y = Log(large)",
            "y = Sin(x)",
            "y = Sinh(x)",
            "y = Tan(small)"
        })
class UnaryMathTest {
    @ParameterizedTest
    @ValueSource(strings = {"Exp", "Log", "Sin", "Atanh"})
    void eachElementIsMappedOnItsOwn(String type) {
        OperatorProbe probe =
                OperatorProbe.of("graph (x: double[N,3,?]) -> (y)\ny = %s(x)".formatted(type))
                        .linked();

        assertThat(probe.types()).containsExactly("double[N,3,?]");
        assertThat(probe.partners("x", 1, 2)).containsExactly("y.1.2");
        assertThat(probe.isHomogeneous(0)).isFalse();
        assertThat(probe.macs()).isZero();
    }

    @Test
    void whatALibraryRoundsInItsOwnWayIsNotFolded() {
        assertThat(
                        ShapeInference.of(
                                        GraphText.parse(
                                                "graph () -> (y)\nc: float[2] = [0, 1]\ny = Exp(c)"))
                                .constant("y"))
                .isEmpty();
    }
}
