package dev.espalier.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Expected values: the authors' published formulas in float64, gradients by differences. */
class DecoupledTargetsTest {
    @Test
    void weighsTheLabelsClassAndTheOthers() {
        LossProbe found = LossProbe.onScores(new DecoupledTargets(4, 1, 8), 1);
        assertThat(found.loss()).isCloseTo(10.1291165622039, within(1e-5));
        found.assertGradientOfScores(
                -0.169789297910,
                2.263273181757,
                -3.170957276488,
                1.077473391930,
                1.962168240244,
                -1.779131854818,
                0.212541904787,
                -0.395578290479);
    }

    @Test
    void partsAreThoseOfThePaper() {
        assertThat(LossProbe.onScores(new DecoupledTargets(4, 1, 0), 1).loss())
                .isCloseTo(0.3305436188627, within(1e-6));
        assertThat(LossProbe.onScores(new DecoupledTargets(4, 0, 1), 1).loss())
                .isCloseTo(1.2248216179177, within(1e-6));
    }

    /** KL(p_t || p_s) = KL(b_t || b_s) + (1 - p_t,c) KL(q_t || q_s), the paper's equation 6. */
    @Test
    void partsAddUpToPlainSoftTargets() {
        float[] x = {1, 2, -1, 0.5f, 2, 0, 1, -1, 0, 0, 0, 0};
        Tensor one = Tensor.ofFloats(Shape.of(1, 12), x);
        double all = probe(new SoftTargets(1), one);
        double target = probe(new DecoupledTargets(1, 1, 0), one);
        double others = probe(new DecoupledTargets(1, 0, 1), one);
        double sum = Math.exp(2) + Math.exp(0) + Math.exp(1) + Math.exp(-1);
        double rest = 1 - Math.exp(2) / sum;
        assertThat(all).isCloseTo(target + rest * others, within(1e-6));
    }

    private static double probe(dev.espalier.train.program.LossTerm term, Tensor x) {
        return LossProbe.of(LossProbe.picking(0), term, List.of(LossProbe.picking(4)), x, 0).loss();
    }

    @Test
    void staysFiniteWhereBothAreAsSureAsFloatsCanBe() {
        float[] x = {900, 2, -1, 0.5f, 800, 0, 1, -1, 0, 0, 0, 0};
        LossProbe found =
                LossProbe.of(
                        LossProbe.picking(0),
                        new DecoupledTargets(1, 1, 8),
                        List.of(LossProbe.picking(4)),
                        Tensor.ofFloats(Shape.of(1, 12), x),
                        0);
        assertThat(found.loss()).isFinite();
        for (float slope : found.gradient("w").toFloats()) {
            assertThat(slope).isFinite();
        }
    }
}
