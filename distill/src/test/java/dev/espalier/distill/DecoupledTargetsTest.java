package dev.espalier.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.recipe.Options;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.loss.SoftTargets;
import dev.espalier.train.loss.WeightedSum;
import dev.espalier.train.program.Mixture;
import dev.espalier.train.program.TorchProgram;
import dev.espalier.train.regime.AugmentationSettings;
import dev.espalier.train.regime.MixingSettings;
import dev.espalier.train.regime.Precision;
import dev.espalier.train.regime.ProgramSettings;
import dev.espalier.train.regime.Regime;
import java.util.List;
import java.util.Map;
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

    /** Inputs stay as they are; each label counts by its share. */
    @Test
    void mixedLabelsCountByTheirShares() {
        DecoupledTargets term = new DecoupledTargets(4, 1, 8);
        float[] x = {1, 2, -1, 0.5f, 2, 0, 1, -1, 0, -2, 3, 1, -1, 0.5f, 2, 2};
        double own = mixed(term, x, 1);
        double partners = mixed(term, x, 0);
        assertThat(own).isCloseTo(10.1291165622039, within(1e-5));
        assertThat(partners).isNotCloseTo(own, within(0.1));
        assertThat(mixed(term, x, 0.25)).isCloseTo(0.25 * own + 0.75 * partners, within(1e-5));
    }

    private static double mixed(DecoupledTargets term, float[] scores, double share) {
        Regime regime =
                Options.defaults(Regime.class)
                        .withProgram(new ProgramSettings(Precision.FLOAT32, false))
                        .withAugmentation(
                                AugmentationSettings.NONE.withMixing(new MixingSettings(0.2, 0)));
        WeightedSum objective =
                new WeightedSum(
                        List.of(new WeightedSum.Weighted(1, term)), List.of(LossProbe.picking(4)));
        TorchProgram program =
                TorchProgram.training(
                        LossProbe.picking(0),
                        InputShapes.ofBatch(2),
                        1,
                        objective,
                        regime,
                        Map.of());
        float[] x = new float[24];
        System.arraycopy(scores, 0, x, 0, 8);
        System.arraycopy(scores, 8, x, 12, 8);
        Mixture mixture = new Mixture(1, share, new Mixture.Box(0, 0, 0, 0));
        try (TorchModule module = TorchModule.load(program.archive())) {
            List<Tensor> arguments =
                    List.of(
                            Tensor.ofFloats(Shape.of(2, 12), x),
                            Tensor.ofLongs(Shape.of(2), 0, 2),
                            mixture.toTensor());
            return module.run("part", arguments).get(0).toFloats()[0];
        }
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
