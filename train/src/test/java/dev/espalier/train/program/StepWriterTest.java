package dev.espalier.train.program;

import static dev.espalier.train.program.Programs.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.loss.CrossEntropy;
import dev.espalier.train.regime.OptimizerSettings;
import dev.espalier.train.regime.Regime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Steps against steps computed by hand. */
class StepWriterTest {
    private static final Model LINEAR =
            GraphText.parse(
                    """
                    graph (x: float[N,2]) -> (logits: float[N,2])
                    w: float[2,2] = [1, 2, 3, 4]
                    b: float[2] = [5, 6]
                    logits = Gemm(x, w, b) {transB=1}
                    """);

    /** With x = 0 the weight has no gradient but decay, and the bias has p - onehot. */
    private static final Tensor NOTHING = Tensor.ofFloats(Shape.of(1, 2), 0, 0);

    private static final Tensor FIRST_CLASS = Tensor.ofLongs(Shape.of(1), 0);

    private static Map<Slot, Tensor> steps(
            Model model, Regime regime, int parts, int steps, Tensor x, Tensor labels, float rate) {
        int batch = (int) x.shape().size(0);
        TorchProgram program =
                TorchProgram.training(
                        model,
                        InputShapes.ofBatch(batch / parts),
                        parts,
                        new CrossEntropy(0),
                        regime,
                        Map.of());
        try (TorchModule module = TorchModule.load(program.archive())) {
            for (int i = 0; i < steps; i++) {
                Tensor figures =
                        module.run("step", List.of(x, labels, Tensor.ofFloats(Shape.of(1), rate)))
                                .get(0);
                assertThat(figures.toFloats()[2]).as("tensors changed").isPositive();
            }
            return program.bySlot(module.run("state", List.of()));
        }
    }

    private static Map<String, Tensor> linear(OptimizerSettings optimizer, int steps) {
        Map<String, Tensor> weights = new HashMap<>();
        steps(LINEAR, Programs.EXACT.withOptimizer(optimizer), 1, steps, NOTHING, FIRST_CLASS, 0.2f)
                .forEach(
                        (slot, tensor) -> {
                            if (slot.kind() == Slot.Kind.WEIGHT) {
                                weights.put(slot.name(), tensor);
                            }
                        });
        return weights;
    }

    /** The gradient of the first bias where it is {@code b} and the second {@code c}. */
    private static double slope(double b, double c) {
        return -1 / (1 + Math.exp(b - c));
    }

    @Test
    void sgdIsNesterovsWithDecayOnMatricesAlone() {
        Map<String, Tensor> values = linear(OptimizerSettings.sgd(0.5, 0.1), 1);
        // g = 0.1 w; m = g; w -= 0.2 (g + 0.5 m)
        assertClose(
                values.get("w"), Tensor.ofFloats(Shape.of(2, 2), 0.97f, 1.94f, 2.91f, 3.88f), 1e-6);
        float moved = (float) (-0.2 * 1.5 * slope(5, 6));
        assertClose(values.get("b"), Tensor.ofFloats(Shape.of(2), 5 + moved, 6 - moved), 1e-6);
    }

    @Test
    void sgdWithoutMomentumFollowsTheGradient() {
        Map<String, Tensor> values = linear(OptimizerSettings.sgd(0, 0), 1);
        float moved = (float) (-0.2 * slope(5, 6));
        assertClose(values.get("b"), Tensor.ofFloats(Shape.of(2), 5 + moved, 6 - moved), 1e-6);
        assertClose(values.get("w"), Tensor.ofFloats(Shape.of(2, 2), 1, 2, 3, 4), 0);
    }

    @Test
    void adamwDecaysApartFromItsStepAndCorrectsItsMoments() {
        int steps = 3;
        Map<String, Tensor> values = linear(OptimizerSettings.adamw(0.1), steps);
        float kept = (float) Math.pow(1 - 0.2 * 0.1, steps);
        assertClose(
                values.get("w"),
                Tensor.ofFloats(Shape.of(2, 2), kept, 2 * kept, 3 * kept, 4 * kept),
                1e-6);
        double b = 5;
        double c = 6;
        double m = 0;
        double v = 0;
        for (int t = 1; t <= steps; t++) {
            double g = slope(b, c);
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            double step =
                    0.2
                            * (m / (1 - Math.pow(0.9, t)))
                            / (Math.sqrt(v / (1 - Math.pow(0.999, t))) + 1e-8);
            b -= step;
            c += step;
        }
        assertClose(values.get("b"), Tensor.ofFloats(Shape.of(2), (float) b, (float) c), 1e-5);
    }

    @Test
    void clippingShortensAllGradientsTogether() {
        Tensor x = Tensor.ofFloats(Shape.of(1, 2), 3, 4);
        OptimizerSettings optimizer = OptimizerSettings.sgd(0, 0).withClip(0.5);
        Map<Slot, Tensor> state =
                steps(LINEAR, Programs.EXACT.withOptimizer(optimizer), 1, 1, x, FIRST_CLASS, 1);
        // Scores are 16 and 31: p - onehot is -1 and 1, and the gradient of w is that times x.
        double norm = Math.sqrt(2 + 2 * 25);
        float share = (float) (0.5 / norm);
        assertClose(
                state.get(new Slot(Slot.Kind.WEIGHT, "b")),
                Tensor.ofFloats(Shape.of(2), 5 + share, 6 - share),
                1e-6);
        assertClose(
                state.get(new Slot(Slot.Kind.WEIGHT, "w")),
                Tensor.ofFloats(
                        Shape.of(2, 2), 1 + 3 * share, 2 + 4 * share, 3 - 3 * share, 4 - 4 * share),
                1e-6);
    }

    @Test
    void clippingLeavesShortGradientsAlone() {
        Map<String, Tensor> free = linear(OptimizerSettings.sgd(0.9, 0.1), 2);
        Map<String, Tensor> clipped = linear(OptimizerSettings.sgd(0.9, 0.1).withClip(100), 2);
        assertThat(clipped).isEqualTo(free);
    }

    @Test
    void vectorsDoNotDecayWhateverTheirAxes() {
        Model model =
                GraphText.parse(
                        """
                        graph (x: float[N,2]) -> (logits: float[N,2])
                        w: float[2,2] = [1, 2, 3, 4]
                        shift: float[1,2] = [5, 6]
                        h = MatMul(x, w)
                        logits = Add(h, shift)
                        """);
        Regime regime = Programs.EXACT.withOptimizer(OptimizerSettings.sgd(0, 0.5));
        Tensor labels = Tensor.ofLongs(Shape.of(2), 0, 1);
        Map<Slot, Tensor> state =
                steps(
                        model,
                        regime,
                        1,
                        1,
                        Tensor.ofFloats(Shape.of(2, 2), 0, 0, 0, 0),
                        labels,
                        0.2f);
        float moved = (float) (-0.2 * (slope(5, 6) + slope(5, 6) + 1) / 2);
        assertClose(
                state.get(new Slot(Slot.Kind.WEIGHT, "shift")),
                Tensor.ofFloats(Shape.of(1, 2), 5 + moved, 6 - moved),
                1e-6);
    }

    @Test
    void theAverageFollowsTheWeightsSoonAtFirst() {
        Regime regime =
                Programs.EXACT.withOptimizer(OptimizerSettings.sgd(0, 0.5)).withAveraging(0.15);
        Map<Slot, Tensor> state = steps(LINEAR, regime, 1, 3, NOTHING, FIRST_CLASS, 0.2f);
        double weight = 1;
        double average = 1;
        for (int t = 0; t < 3; t++) {
            weight *= 0.9;
            double share = Math.min(0.15, (1.0 + t) / (10 + t));
            average = share * average + (1 - share) * weight;
        }
        assertThat((double) state.get(new Slot(Slot.Kind.AVERAGE, "w")).toFloats()[0])
                .isCloseTo(average, within(1e-6));
        assertThat((double) state.get(new Slot(Slot.Kind.WEIGHT, "w")).toFloats()[0])
                .isCloseTo(weight, within(1e-6));
    }

    @Test
    void partsOfABatchStepAsTheBatchDoes() {
        Model model =
                GraphText.parse(
                        """
                        graph (x: float[N,3,8,8]) -> (logits: float[N,4])
                        w1: float[4,3,3,3] = seed(1)
                        b1: float[4] = seed(2)
                        w2: float[4,4] = seed(3)
                        h = Conv(x, w1, b1) {pads=[1,1,1,1]}
                        r = Relu(h)
                        p = GlobalAveragePool(r)
                        f = Flatten(p)
                        logits = Gemm(f, w2) {transB=1}
                        """);
        Tensor x = Programs.feeds(model, 8).get("x");
        Tensor labels = Tensor.ofLongs(Shape.of(8), 0, 1, 2, 3, 0, 0, 2, 1);
        for (OptimizerSettings optimizer :
                List.of(
                        OptimizerSettings.sgd(0.9, 0.01),
                        OptimizerSettings.sgd(0.9, 0.01).withClip(0.05))) {
            Regime regime = Programs.EXACT.withOptimizer(optimizer);
            Map<Slot, Tensor> whole = steps(model, regime, 1, 5, x, labels, 0.5f);
            Map<Slot, Tensor> split = steps(model, regime, 4, 5, x, labels, 0.5f);
            assertThat(split.keySet()).isEqualTo(whole.keySet());
            whole.forEach((slot, tensor) -> assertClose(split.get(slot), tensor, 1e-5));
        }
    }
}
