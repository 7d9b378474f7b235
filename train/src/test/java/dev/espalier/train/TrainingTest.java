package dev.espalier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.DataException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassCatalog;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.recipe.Options;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.train.loss.AuxiliarySettings;
import dev.espalier.train.loss.LossSettings;
import dev.espalier.train.regime.AugmentationSettings;
import dev.espalier.train.regime.Precision;
import dev.espalier.train.regime.ProgramSettings;
import dev.espalier.train.regime.Regime;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class TrainingTest {
    /** The network of the other tests as an export leaves it: no batch-norm, a bias instead. */
    private static final Model FOLDED =
            GraphText.parse(
                    TrainerTest.SMALL
                            .replaceAll("(?m)^(scale|mean|variance): .*\n", "")
                            .replace(
                                    "n = BatchNormalization(h, scale, shift, mean, variance)\n", "")
                            .replace("Conv(x, w1)", "Conv(x, w1, shift)")
                            .replace("Relu(n)", "Relu(h)"));

    /** The same in two resolutions, so that a stage ends inside. */
    private static final Model STAGES =
            GraphText.parse(
                    TrainerTest.SMALL
                            .replace(
                                    "Conv(r, w2, b2) {pads=[1,1,1,1]}",
                                    "Conv(r, w2, b2) {pads=[1,1,1,1], strides=[2,2]}")
                            .replace("s = Add(h2, r)", "s = Relu(h2)"));

    private static Training pass(boolean initialize) {
        return Options.defaults(Training.class)
                .withEpochs(6)
                .withInitialize(initialize)
                .withLoss(Options.defaults(LossSettings.class).withSmoothing(0.1))
                .withRegime(regime(2));
    }

    private static Regime regime(int padding) {
        return Options.defaults(Regime.class)
                .withBatch(32)
                .withAugmentation(
                        Options.defaults(AugmentationSettings.class)
                                .withPadding(padding)
                                .withFlip(padding > 0))
                .withProgram(new ProgramSettings(Precision.FLOAT32, true));
    }

    @Test
    void trainsAFoldedNetworkThroughRestoredBatchNormAndFoldsIt() {
        PassContext context = TrainerTest.context(FOLDED);
        Model trained = pass(false).apply(FOLDED, context);
        assertThat(context.notes()).anySatisfy(note -> assertThat(note).endsWith("100.00 %"));
        assertThat(trained.graph().nodes()).isEqualTo(FOLDED.graph().nodes());
        assertThat(trained.graph().initializers().keySet())
                .containsExactlyElementsOf(FOLDED.graph().initializers().keySet());
    }

    @Test
    void trainsFromScratch() {
        PassContext context = TrainerTest.context(FOLDED);
        pass(true).apply(FOLDED, context);
        assertThat(context.notes()).anySatisfy(note -> assertThat(note).endsWith("100.00 %"));
    }

    @Test
    void auxiliaryClassifiersTrainAndAreNotWritten() {
        PassContext context = TrainerTest.context(STAGES);
        LossSettings loss =
                Options.defaults(LossSettings.class)
                        .withAuxiliary(Options.defaults(AuxiliarySettings.class).withWeight(0.15));
        Model trained =
                Options.defaults(Training.class)
                        .withEpochs(6)
                        .withInitialize(true)
                        .withLoss(loss)
                        .withRegime(regime(0))
                        .apply(STAGES, context);
        assertThat(context.notes())
                .contains("auxiliary classifiers read r")
                .anySatisfy(note -> assertThat(note).contains("top-1").endsWith("100.00 %"));
        assertThat(trained.graph().nodes()).isEqualTo(STAGES.graph().nodes());
        assertThat(trained.graph().initializers().keySet())
                .containsExactlyElementsOf(STAGES.graph().initializers().keySet());
    }

    @Test
    void learnsFloatTargets() {
        for (LossSettings.Kind kind : List.of(LossSettings.Kind.MSE, LossSettings.Kind.L1)) {
            Model line =
                    GraphText.parse(
                            """
                            graph (x: float[N,3]) -> (y: float[N,2])
                            w: float[3,2] = seed(1)
                            b: float[2] = fill(0)
                            y = Gemm(x, w, b)
                            """);
            PassContext context =
                    PassContext.of(line).withRunner(new OrtRunner()).withData(Planes.splits());
            LossSettings loss = Options.defaults(LossSettings.class).withKind(kind);
            Model trained =
                    Options.defaults(Training.class)
                            .withEpochs(20)
                            .withLoss(loss)
                            .withRegime(regime(0))
                            .apply(line, context);
            float[] weights = trained.graph().constant("w").orElseThrow().toFloats();
            for (int i = 0; i < weights.length; i++) {
                assertThat(weights[i]).isCloseTo(Planes.WEIGHTS[i], within(0.05f));
            }
            assertThat(context.notes())
                    .anySatisfy(
                            note ->
                                    assertThat(note)
                                            .startsWith(
                                                    "root mean squared error on the validation"));
        }
    }

    @Test
    void refusesTargetsThatDoNotFit() {
        Model one =
                GraphText.parse(
                        """
                        graph (x: float[N,3]) -> (y: float[N,1])
                        w: float[3,1] = seed(1)
                        y = Gemm(x, w)
                        """);
        LossSettings mse = Options.defaults(LossSettings.class).withKind(LossSettings.Kind.MSE);
        Training pass =
                Options.defaults(Training.class).withEpochs(1).withLoss(mse).withRegime(regime(0));
        PassContext context =
                PassContext.of(one).withRunner(new OrtRunner()).withData(Planes.splits());
        assertThatThrownBy(() -> pass.apply(one, context))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(
                        "targets of [2], [32,2] a batch, and the first output 'y' is [32,1]");
        assertThatThrownBy(() -> pass.apply(FOLDED, TrainerTest.context(FOLDED)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("compares with float targets, and the examples have none");
        assertThatThrownBy(
                        () ->
                                Options.defaults(Training.class)
                                        .withEpochs(1)
                                        .withRegime(regime(0))
                                        .apply(one, context))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("training needs labelled examples");
    }

    @Test
    void smoothingIsOfClassLabels() {
        assertThatThrownBy(
                        () ->
                                Options.defaults(LossSettings.class)
                                        .withKind(LossSettings.Kind.MSE)
                                        .withSmoothing(0.1))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("need class labels");
    }

    @Test
    void thePreviewChangesNothing() {
        assertThat(pass(true).preview(FOLDED, PassContext.of(FOLDED))).isSameAs(FOLDED);
    }

    @Test
    void needsData() {
        assertThat(pass(false).needsData()).isTrue();
        assertThatThrownBy(() -> pass(false).apply(FOLDED, PassContext.of(FOLDED)))
                .isInstanceOf(InvalidOptionException.class);
    }

    @Test
    void theCatalogueListsIt() {
        assertThat(ServiceLoader.load(PassCatalog.class))
                .anySatisfy(catalog -> assertThat(catalog.passes()).contains(Training.class));
        assertThat(PassRegistry.info(Training.class).id()).isEqualTo("train");
    }
}
