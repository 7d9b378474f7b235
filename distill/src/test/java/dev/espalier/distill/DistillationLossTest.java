package dev.espalier.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.recipe.Options;
import dev.espalier.train.loss.AuxiliarySettings;
import dev.espalier.train.program.Slot;
import java.util.List;
import org.junit.jupiter.api.Test;

class DistillationLossTest {
    private static final String TEXT =
            """
            graph (x: float[N,1,4,4]) -> (y: float[N,3])
            w1: float[2,1,1,1] = seed(1)
            w2: float[4,2,1,1] = seed(2)
            w3: float[4,3] = seed(3)
            early = Conv(x, w1)
            late = Conv(early, w2) {strides=[2,2]}
            pooled = GlobalAveragePool(late)
            flat = Flatten(pooled)
            y = Gemm(flat, w3)
            """;

    private static final Model STAGES = GraphText.parse(TEXT);
    private static final Model WIDE =
            GraphText.parse(
                    TEXT.replace("float[2,1", "float[5,1").replace("[4,2,1,1]", "[4,5,1,1]"));

    @Test
    void theDefaultIsATenthOfTheLabelsAndSoftTargets() {
        Model teacher = LossProbe.picking(4);
        PassContext context = PassContext.of(teacher);
        LossProbe found =
                LossProbe.onScores(
                        Options.defaults(DistillationLoss.class)
                                .terms(LossProbe.picking(0), List.of(teacher), context),
                        1);
        // 0.1 * 0.83534863 + 0.9 * 1.14053325
        assertThat(found.loss()).isCloseTo(1.1100147891174, within(1e-6));
        assertThat(context.notes()).isEmpty();
    }

    @Test
    void allTermsAddUpAndNotesSayWhatIsCompared() {
        FeatureSettings features = Options.defaults(FeatureSettings.class).withWeight(0.5);
        DistillationLoss all =
                Options.defaults(DistillationLoss.class)
                        .withDkd(Options.defaults(DecoupledSettings.class).withWeight(0.2))
                        .withScores(0.3)
                        .withFeatures(features)
                        .withAttention(features)
                        .withSmoothing(0.1)
                        .withAuxiliary(Options.defaults(AuxiliarySettings.class).withWeight(0.15));
        PassContext context = PassContext.of(STAGES).withInputShapes(InputShapes.ofBatch(2));
        LossProbe found =
                LossProbe.of(
                        STAGES,
                        all.terms(STAGES, List.of(STAGES), context),
                        List.of(STAGES),
                        Tensor.ofFloats(Shape.of(2, 1, 4, 4), new float[32]),
                        0,
                        2);
        assertThat(found.loss()).isFinite();
        assertThat(context.notes())
                .containsExactly(
                        "features compared at early, late",
                        "attention compared at early, late",
                        "auxiliary classifiers read early");
        assertThat(found.gradients().keySet())
                .extracting(Slot::name)
                .contains("auxiliary weight at early", "auxiliary bias at early");
    }

    @Test
    void aNarrowStudentGetsARegressorThatIsNoPartOfIt() {
        DistillationLoss loss =
                Options.defaults(DistillationLoss.class)
                        .withFeatures(
                                Options.defaults(FeatureSettings.class)
                                        .withWeight(1)
                                        .withValues(List.of("early")))
                        .withLabels(0)
                        .withKl(0);
        PassContext context = PassContext.of(STAGES).withInputShapes(InputShapes.ofBatch(2));
        LossProbe found =
                LossProbe.of(
                        STAGES,
                        loss.terms(STAGES, List.of(WIDE), context),
                        List.of(WIDE),
                        Tensor.ofFloats(Shape.of(2, 1, 4, 4), new float[32]),
                        0,
                        2);
        assertThat(found.gradients().keySet())
                .extracting(Slot::name)
                .containsExactlyInAnyOrder("w1", "regressor at early");
        assertThat(STAGES.graph().initializers()).doesNotContainKey("regressor at early");
    }
}
