package dev.espalier.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.recipe.Options;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.loss.WeightedSum;
import dev.espalier.train.program.LossTerm;
import dev.espalier.train.program.Objective;
import dev.espalier.train.program.Slot;
import dev.espalier.train.program.TorchProgram;
import dev.espalier.train.regime.Precision;
import dev.espalier.train.regime.ProgramSettings;
import dev.espalier.train.regime.Regime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The value of a loss on one batch, and its gradients by weight. */
record LossProbe(double loss, Map<Slot, Tensor> gradients) {
    /** Scores of a student, and of two teachers; the labels are 0 and 2. */
    static final double[][] STUDENT = {{1, 2, -1, 0.5}, {0, -2, 3, 1}};

    static final double[][] TEACHER = {{2, 0, 1, -1}, {-1, 0.5, 2, 2}};
    static final double[][] OTHER = {{0, 3, 0, 0}, {1, 1, 1, -3}};

    private static final Regime EXACT =
            Options.defaults(Regime.class)
                    .withProgram(new ProgramSettings(Precision.FLOAT32, false));

    /**
     * A network whose scores are four of the twelve inputs, so that one batch gives each network
     * the scores that a test wants.
     */
    static Model picking(int from) {
        String rows =
                IntStream.range(0, 48)
                        .mapToObj(i -> i / 4 == from + i % 4 ? "1" : "0")
                        .collect(Collectors.joining(", "));
        return GraphText.parse(
                """
                graph (x: float[N,12]) -> (y: float[N,4])
                w: float[12,4] = [%s]
                y = Gemm(x, w)
                """
                        .formatted(rows));
    }

    /** A term on {@link #STUDENT} under {@link #TEACHER} and, where asked for, {@link #OTHER}. */
    static LossProbe onScores(LossTerm term, int teachers) {
        float[] x = new float[24];
        for (int n = 0; n < 2; n++) {
            for (int k = 0; k < 4; k++) {
                x[12 * n + k] = (float) STUDENT[n][k];
                x[12 * n + 4 + k] = (float) TEACHER[n][k];
                x[12 * n + 8 + k] = (float) OTHER[n][k];
            }
        }
        List<Model> taught = List.of(picking(4), picking(8)).subList(0, teachers);
        return of(picking(0), term, taught, Tensor.ofFloats(Shape.of(2, 12), x), 0, 2);
    }

    static LossProbe of(
            Model student, LossTerm term, List<Model> teachers, Tensor x, long... labels) {
        TorchProgram program =
                TorchProgram.training(
                        student,
                        InputShapes.ofBatch(labels.length),
                        1,
                        objective(term, teachers),
                        EXACT,
                        Map.of());
        List<Slot> weights =
                program.state().stream()
                        .filter(
                                slot ->
                                        slot.kind() == Slot.Kind.WEIGHT
                                                || slot.kind() == Slot.Kind.COMPANION)
                        .toList();
        try (TorchModule module = TorchModule.load(program.archive())) {
            Tensor truth = Tensor.ofLongs(Shape.of(labels.length), labels);
            List<Tensor> found = module.run("part", List.of(x, truth));
            Map<Slot, Tensor> gradients = new LinkedHashMap<>();
            for (int i = 0; i < weights.size(); i++) {
                gradients.put(weights.get(i), found.get(2 + i));
            }
            return new LossProbe(found.get(0).toFloats()[0], gradients);
        }
    }

    private static Objective objective(LossTerm term, List<Model> teachers) {
        return term instanceof Objective whole
                ? whole
                : new WeightedSum(List.of(new WeightedSum.Weighted(1, term)), teachers);
    }

    Tensor gradient(String weight) {
        return gradients.get(new Slot(Slot.Kind.WEIGHT, weight));
    }

    /** Compares with a gradient of {@link #STUDENT}'s scores, [2, 4]. */
    void assertGradientOfScores(double... expected) {
        float[] found = gradient("w").toFloats();
        for (int i = 0; i < 4; i++) {
            for (int k = 0; k < 4; k++) {
                double wanted = STUDENT[0][i] * expected[k] + STUDENT[1][i] * expected[4 + k];
                assertThat((double) found[4 * i + k])
                        .as("gradient of w[%d, %d]", i, k)
                        .isCloseTo(wanted, within(1e-5));
            }
        }
    }
}
