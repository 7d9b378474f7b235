package dev.espalier.train.program;

import static dev.espalier.train.program.Programs.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.loss.CrossEntropy;
import dev.espalier.train.regime.OptimizerSettings;
import dev.espalier.train.regime.Regime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RegularizerTest {
    private static final Model LINEAR =
            GraphText.parse(
                    """
                    graph (x: float[N,2]) -> (logits: float[N,2])
                    w: float[2,2] = [1, -2, 0.3, 4]
                    b: float[2] = [5, 6]
                    logits = Gemm(x, w, b) {transB=1}
                    """);

    /** With x = 0 the weight has no gradient. */
    private static final Tensor NOTHING = Tensor.ofFloats(Shape.of(2, 2), 0, 0, 0, 0);

    private static final Tensor LABELS = Tensor.ofLongs(Shape.of(2), 0, 1);

    private static final Tensor STRENGTH = Tensor.ofFloats(Shape.of(2, 2), 2, 1, 2, 0);

    private static Map<Slot, Tensor> steps(
            Model model, Regime regime, Regularizer regularizer, int parts, int steps) {
        TorchProgram program =
                TorchProgram.training(
                        model,
                        InputShapes.ofBatch(2 / parts),
                        parts,
                        new Regularized(new CrossEntropy(0), regularizer),
                        regime,
                        Map.of());
        Tensor x =
                model == LINEAR ? NOTHING : Tensor.ofFloats(Shape.of(2, 2, 1, 1), 1, 2, -1, 0.5f);
        try (TorchModule module = TorchModule.load(program.archive())) {
            for (int i = 0; i < steps; i++) {
                module.run("step", List.of(x, LABELS, Tensor.ofFloats(Shape.of(1), 0.1f)));
            }
            return program.bySlot(module.run("state", List.of()));
        }
    }

    private static Regularizer of(Regularizer.Kind kind) {
        return new Regularizer(
                kind, Map.of("w", STRENGTH), Map.of("lambda", Tensor.ofFloats(Shape.of(1), 0.25f)));
    }

    private static Tensor weight(Map<Slot, Tensor> state) {
        return state.get(new Slot(Slot.Kind.WEIGHT, "w"));
    }

    private static final Regime PLAIN = Programs.EXACT.withOptimizer(OptimizerSettings.sgd(0, 0));

    @Test
    void aProximalStepShrinksToZeroAndNotBeyond() {
        Tensor once = weight(steps(LINEAR, PLAIN, of(Regularizer.Kind.PROXIMAL), 1, 1));
        assertClose(once, Tensor.ofFloats(Shape.of(2, 2), 0.8f, -1.9f, 0.1f, 4), 1e-6);
        Tensor thrice = weight(steps(LINEAR, PLAIN, of(Regularizer.Kind.PROXIMAL), 1, 3));
        assertClose(thrice, Tensor.ofFloats(Shape.of(2, 2), 0.4f, -1.7f, 0, 4), 1e-6);
        assertThat(thrice.toFloats()[2]).isZero();
    }

    @Test
    void aSubgradientIsPartOfTheGradient() {
        for (int parts : new int[] {1, 2}) {
            Tensor once = weight(steps(LINEAR, PLAIN, of(Regularizer.Kind.SUBGRADIENT), parts, 1));
            assertClose(once, Tensor.ofFloats(Shape.of(2, 2), 0.8f, -1.9f, 0.1f, 4), 1e-6);
        }
        // Momentum takes it along: m = 2, then 3; steps of 0.1 (2 + 1) and 0.1 (2 + 1.5).
        Regime moving = Programs.EXACT.withOptimizer(OptimizerSettings.sgd(0.5, 0));
        Tensor twice = weight(steps(LINEAR, moving, of(Regularizer.Kind.SUBGRADIENT), 1, 2));
        assertThat(twice.toFloats()[0])
                .isEqualTo(0.35f, org.assertj.core.api.Assertions.within(1e-5f));
    }

    @Test
    void aMaskMultiplies() {
        Tensor once = weight(steps(LINEAR, PLAIN, of(Regularizer.Kind.MASK), 2, 1));
        assertClose(once, Tensor.ofFloats(Shape.of(2, 2), 2, -2, 0.6f, 0), 1e-6);
    }

    @Test
    void kernelsAreMaskedAsAWholeInEveryStep() {
        Model convolution =
                GraphText.parse(
                        """
                        graph (x: float[N,2,1,1]) -> (logits: float[N,2])
                        w: float[2,2,3,3] = seed(1)
                        y = Conv(x, w) {pads=[1,1,1,1]}
                        logits = Flatten(y)
                        """);
        Regularizer mask =
                new Regularizer(
                        Regularizer.Kind.MASK,
                        Map.of("w", Tensor.ofFloats(Shape.of(2, 2, 1, 1), 1, 0, 0, 1)),
                        Map.of());
        Regime averaging =
                Programs.EXACT.withOptimizer(OptimizerSettings.sgd(0.9, 1e-4)).withAveraging(0.9);
        Map<Slot, Tensor> state = steps(convolution, averaging, mask, 1, 3);
        float[] before = convolution.graph().constant("w").orElseThrow().toFloats();
        float[] after = weight(state).toFloats();
        for (int i = 0; i < 36; i++) {
            boolean kept = i / 9 == 0 || i / 9 == 3;
            assertThat(after[i] == 0).as("weight " + i).isEqualTo(!kept);
        }
        // Only the middle of a kernel meets a pixel.
        assertThat(after[4]).isNotEqualTo(before[4]);
        float[] average = state.get(new Slot(Slot.Kind.AVERAGE, "w")).toFloats();
        assertThat(Math.abs(average[9])).isLessThan(Math.abs(before[9]));
    }

    @Test
    void theProgramKeepsItsTensors() {
        Regularizer regularizer = of(Regularizer.Kind.PROXIMAL);
        Map<Slot, Tensor> state = steps(LINEAR, PLAIN, regularizer, 1, 1);
        assertThat(Regularizer.of(Regularizer.Kind.PROXIMAL, state)).isEqualTo(regularizer);
    }

    @Test
    void aWeightWithoutAGradientIsRefused() {
        Regularizer wrong = new Regularizer(Regularizer.Kind.MASK, Map.of("v", STRENGTH), Map.of());
        assertThatThrownBy(() -> steps(LINEAR, PLAIN, wrong, 1, 1))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("'v'");
    }
}
