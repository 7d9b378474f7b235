package dev.espalier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassCatalog;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.testkit.TestContext;
import dev.espalier.train.regime.AugmentationSettings;
import dev.espalier.train.regime.Precision;
import dev.espalier.train.regime.ProgramSettings;
import dev.espalier.train.regime.Regime;
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

    private static Training pass(boolean initialize) {
        return new Training(
                6,
                0.1,
                initialize,
                0.1,
                Regime.DEFAULT
                        .withBatch(32)
                        .with(new AugmentationSettings(2, true))
                        .with(new ProgramSettings(Precision.FLOAT32, true)));
    }

    @Test
    void trainsAFoldedNetworkThroughRestoredBatchNormAndFoldsIt() {
        TestContext context = TrainerTest.context(FOLDED);
        Model trained = pass(false).apply(FOLDED, context);
        assertThat(context.notes()).anySatisfy(note -> assertThat(note).endsWith("100.00 %"));
        assertThat(trained.graph().nodes()).isEqualTo(FOLDED.graph().nodes());
        assertThat(trained.graph().initializers().keySet())
                .containsExactlyElementsOf(FOLDED.graph().initializers().keySet());
    }

    @Test
    void trainsFromScratch() {
        TestContext context = TrainerTest.context(FOLDED);
        pass(true).apply(FOLDED, context);
        assertThat(context.notes()).anySatisfy(note -> assertThat(note).endsWith("100.00 %"));
    }

    @Test
    void thePreviewChangesNothing() {
        assertThat(pass(true).preview(FOLDED, TestContext.of(FOLDED))).isSameAs(FOLDED);
    }

    @Test
    void needsData() {
        assertThat(pass(false).needsData()).isTrue();
        assertThatThrownBy(() -> pass(false).apply(FOLDED, TestContext.of(FOLDED)))
                .isInstanceOf(InvalidOptionException.class);
    }

    @Test
    void theCatalogueListsIt() {
        assertThat(ServiceLoader.load(PassCatalog.class))
                .anySatisfy(catalog -> assertThat(catalog.passes()).contains(Training.class));
        assertThat(PassRegistry.info(Training.class).id()).isEqualTo("train");
    }
}
