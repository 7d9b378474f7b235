package dev.espalier.train.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.recipe.Options;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.program.Objective;
import dev.espalier.train.program.TorchProgram;
import dev.espalier.train.program.Truth;
import dev.espalier.train.regime.Precision;
import dev.espalier.train.regime.ProgramSettings;
import dev.espalier.train.regime.Regime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Values of losses on scores (1, 2, -1, 0.5) and (0, -2, 3, 1), against float64 formulas. */
class LossTermsTest {
    private static final Model SCORES =
            GraphText.parse(
                    """
                    graph (x: float[N,4]) -> (y: float[N,4])
                    w: float[4] = fill(1)
                    y = Mul(x, w)
                    """);

    private static final Tensor X = Tensor.ofFloats(Shape.of(2, 4), 1, 2, -1, 0.5f, 0, -2, 3, 1);
    private static final Tensor LABELS = Tensor.ofLongs(Shape.of(2), 0, 2);

    private static double loss(Model model, Objective objective, Tensor x, Tensor truth) {
        TorchProgram program =
                TorchProgram.training(
                        model,
                        InputShapes.ofBatch(x.shape().size(0)),
                        1,
                        objective,
                        Options.defaults(Regime.class)
                                .withProgram(new ProgramSettings(Precision.FLOAT32, false)),
                        Map.of());
        try (TorchModule module = TorchModule.load(program.archive())) {
            return module.run("part", List.of(x, truth)).get(0).toFloats()[0];
        }
    }

    @Test
    void crossEntropyWithAndWithoutSmoothing() {
        assertThat(loss(SCORES, new CrossEntropy(0), X, LABELS))
                .isCloseTo(0.8353486303513, within(1e-6));
        assertThat(loss(SCORES, new CrossEntropy(0.1), X, LABELS))
                .isCloseTo(0.9790986303513, within(1e-6));
    }

    @Test
    void differencesFromTargets() {
        Tensor targets = Tensor.ofFloats(Shape.of(2, 4), 1, 0, -1, 0.5f, 0, -2, 3, 5);
        assertThat(loss(SCORES, new TargetDifference(true), X, targets))
                .isCloseTo(20.0 / 8, within(1e-6));
        assertThat(loss(SCORES, new TargetDifference(false), X, targets))
                .isCloseTo(6.0 / 8, within(1e-6));
    }

    @Test
    void termsAddUpByTheirWeights() {
        WeightedSum sum =
                new WeightedSum(
                        List.of(
                                new WeightedSum.Weighted(2, new CrossEntropy(0)),
                                new WeightedSum.Weighted(0, new TargetDifference(true)),
                                new WeightedSum.Weighted(10, new CrossEntropy(0.1))),
                        List.of());
        assertThat(loss(SCORES, sum, X, LABELS))
                .isCloseTo(2 * 0.8353486303513 + 10 * 0.9790986303513, within(1e-5));
        assertThat(sum.truth()).isEqualTo(Truth.CLASSES);
    }

    @Test
    void aSumNeedsAWeightAndOneKindOfTruth() {
        assertThatThrownBy(
                        () ->
                                new WeightedSum(
                                        List.of(new WeightedSum.Weighted(0, new CrossEntropy(0))),
                                        List.of()))
                .isInstanceOf(InvalidOptionException.class);
        WeightedSum both =
                new WeightedSum(
                        List.of(
                                new WeightedSum.Weighted(1, new CrossEntropy(0)),
                                new WeightedSum.Weighted(1, new TargetDifference(true))),
                        List.of());
        assertThatThrownBy(both::truth)
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("one term of the loss reads class labels");
    }

    @Test
    void anAuxiliaryHeadClassifiesTheMeanOfItsMap() {
        Model model =
                GraphText.parse(
                        """
                        graph (x: float[N,2,1,2]) -> (y: float[N,3])
                        w: float[2,2,1,1] = [1, 0, 0, 1]
                        v: float[2,3] = seed(1)
                        h = Conv(x, w)
                        p = GlobalAveragePool(h)
                        f = Flatten(p)
                        y = Gemm(f, v)
                        """);
        float[] head = FreshWeights.uniform(Shape.of(3, 2), 2, 7).toFloats();
        double[] scores = new double[3];
        double sum = 0;
        for (int k = 0; k < 3; k++) {
            scores[k] = 2 * head[2 * k] + 6 * head[2 * k + 1];
            sum += Math.exp(scores[k]);
        }
        Tensor x = Tensor.ofFloats(Shape.of(1, 2, 1, 2), 1, 3, 5, 7);
        WeightedSum loss =
                new WeightedSum(
                        List.of(
                                new WeightedSum.Weighted(
                                        0.15, new AuxiliaryHeads(List.of("h"), 0, 7))),
                        List.of());
        assertThat(loss(model, loss, x, Tensor.ofLongs(Shape.of(1), 1)))
                .isCloseTo(0.15 * (Math.log(sum) - scores[1]), within(1e-5));
    }

    @Test
    void freshWeightsAreTheSeeds() {
        Tensor some = FreshWeights.uniform(Shape.of(5), 3, 1);
        assertThat(some).isEqualTo(FreshWeights.uniform(Shape.of(5), 3, 1));
        assertThat(some).isNotEqualTo(FreshWeights.uniform(Shape.of(5), 3, 2));
        for (float value : some.toFloats()) {
            assertThat(value).isBetween(-1f, 1f);
        }
    }
}
