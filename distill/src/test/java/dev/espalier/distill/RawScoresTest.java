package dev.espalier.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class RawScoresTest {
    private static final String TWO =
            """
            graph (x: float[N,2]) -> (y: float[N,1], z: float[N,2], class: int64[N])
            a: float[2,1] = [%s]
            b: float[2,2] = [%s]
            y = Gemm(x, a)
            z = Gemm(x, b)
            class = ArgMax(z) {axis=1, keepdims=0}
            """;

    @Test
    void isTheMeanSquaredDifference() {
        LossProbe found = LossProbe.onScores(new RawScores(), 1);
        assertThat(found.loss()).isCloseTo(2.5625, within(1e-6));
        found.assertGradientOfScores(-0.25, 0.5, -0.5, 0.375, 0.25, -0.625, 0.25, -0.25);
    }

    @Test
    void comparesWithTheMeanOfSeveralTeachers() {
        assertThat(LossProbe.onScores(new RawScores(), 2).loss())
                .isCloseTo(1.9453125, within(1e-6));
    }

    @Test
    void addsUpAllFloatOutputs() {
        Model student = GraphText.parse(TWO.formatted("1, 0", "1, 0, 0, 1"));
        Model teacher = GraphText.parse(TWO.formatted("3, 0", "1, 0, 0, 2"));
        Tensor x = Tensor.ofFloats(Shape.of(1, 2), 1, 4);
        LossProbe found = LossProbe.of(student, new RawScores(), List.of(teacher), x, -1);
        // (1 - 3)^2 / 1 + ((1 - 1)^2 + (4 - 8)^2) / 2
        assertThat(found.loss()).isCloseTo(12, within(1e-6));
        assertThat(found.gradient("a").toFloats()).containsExactly(-4, -16);
        assertThat(found.gradient("b").toFloats()).containsExactly(0, -4, 0, -16);
    }
}
