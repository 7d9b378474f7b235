package dev.espalier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.DataException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.recipe.Options;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.train.loss.CrossEntropy;
import dev.espalier.train.regime.AugmentationSettings;
import dev.espalier.train.regime.Precision;
import dev.espalier.train.regime.ProgramSettings;
import dev.espalier.train.regime.Regime;
import dev.espalier.train.run.TrainingPlan;
import org.junit.jupiter.api.Test;

public class TrainerTest {
    public static final String SMALL =
            """
            graph (x: float[N,3,8,8]) -> (logits: float[N,4])
            w1: float[8,3,3,3] = seed(1)
            scale: float[8] = fill(1)
            shift: float[8] = fill(0)
            mean: float[8] = fill(0)
            variance: float[8] = fill(1)
            w2: float[8,8,3,3] = seed(2)
            b2: float[8] = fill(0)
            w3: float[4,8] = seed(3)
            b3: float[4] = fill(0)
            h = Conv(x, w1) {pads=[1,1,1,1]}
            n = BatchNormalization(h, scale, shift, mean, variance)
            r = Relu(n)
            h2 = Conv(r, w2, b2) {pads=[1,1,1,1]}
            s = Add(h2, r)
            r2 = Relu(s)
            p = GlobalAveragePool(r2)
            f = Flatten(p)
            logits = Gemm(f, w3, b3) {transB=1}
            """;

    public static final Regime REGIME =
            Options.defaults(Regime.class)
                    .withBatch(32)
                    .withAugmentation(AugmentationSettings.NONE)
                    .withProgram(new ProgramSettings(Precision.FLOAT32, false));

    static TrainingPlan plan(int epochs, Regime regime) {
        return new TrainingPlan(epochs, 0.1, regime);
    }

    public static PassContext context(Model model) {
        return PassContext.of(model)
                .withRunner(new OrtRunner())
                .withData(PatternImages.splits(256, 4, 8));
    }

    private static Model train(Model model, PassContext context, int epochs) {
        return new Trainer(plan(epochs, REGIME), new CrossEntropy(0), context).train(model);
    }

    @Test
    void learnsAndLeavesNamesOrderAndShapesAsTheyWere() {
        Model model = GraphText.parse(SMALL);
        PassContext context = context(model);
        Model trained = train(model, context, 5);
        assertThat(context.notes()).anySatisfy(note -> assertThat(note).endsWith("100.00 %"));
        assertThat(trained.graph().nodes()).isEqualTo(model.graph().nodes());
        assertThat(trained.graph().initializers().keySet())
                .containsExactlyElementsOf(model.graph().initializers().keySet());
        assertThat(context.skips()).isEmpty();
    }

    @Test
    void movesWeightsAndRunningStatistics() {
        Model model = GraphText.parse(SMALL);
        Model trained = train(model, context(model), 1);
        trained.graph()
                .initializers()
                .forEach(
                        (name, held) -> {
                            Tensor old = model.graph().initializers().get(name).tensor();
                            assertThat(held.tensor().type()).isEqualTo(old.type());
                            assertThat(held.tensor()).as(name).isNotEqualTo(old);
                        });
    }

    @Test
    void learnsWithActivationsInBfloat16() {
        Model model = GraphText.parse(SMALL);
        PassContext context = context(model);
        Regime reduced = REGIME.withProgram(new ProgramSettings(Precision.BFLOAT16, false));
        new Trainer(plan(5, reduced), new CrossEntropy(0.1), context).train(model);
        assertThat(context.notes()).anySatisfy(note -> assertThat(note).endsWith("100.00 %"));
    }

    @Test
    void startsFromFreshWeightsThatTheSeedDecides() {
        Model model = GraphText.parse(SMALL);
        Trainer trainer = new Trainer(plan(0, REGIME), new CrossEntropy(0), context(model));
        Model fresh = trainer.trainFromScratch(model);
        assertThat(fresh).isNotEqualTo(model);
        assertThat(fresh).isEqualTo(trainer.trainFromScratch(model));
    }

    @Test
    void zeroEpochsChangeNothing() {
        Model model = GraphText.parse(SMALL);
        assertThat(train(model, context(model), 0)).isSameAs(model);
    }

    @Test
    void refusesUnknownOperatorsByName() {
        Model model =
                GraphText.parse(
                        SMALL.replace("r2 = Relu(s)", "r2 = my.domain::Swirl(s) as swirl1"));
        assertThatThrownBy(() -> train(model, context(model), 1))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("'logits' is");
    }

    @Test
    void refusesABatchThatTheFileHasFixed() {
        Model model = GraphText.parse(SMALL.replace("x: float[N,", "x: float[1,"));
        assertThatThrownBy(() -> train(model, context(model), 1))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("fixed shape [1,3,8,8]");
    }

    @Test
    void refusesDataOfAnotherShape() {
        Model model = GraphText.parse(SMALL.replace("float[N,3,8,8]", "float[N,3,10,10]"));
        assertThatThrownBy(() -> train(model, context(model), 1))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("takes [3,10,10] an example, the dataset has [3,8,8]");
    }

    @Test
    void listsWhatNoGradientReaches() {
        Model model =
                GraphText.parse(
                        SMALL.replace("logits: float[N,4])", "logits: float[N,4], side)")
                                        .replace(
                                                "b3: float[4]",
                                                "w4: float[4,8] = seed(4)\nb3: float[4]")
                                + "side = Gemm(f, w4) {transB=1}\n");
        PassContext context = context(model);
        Model trained = train(model, context, 1);
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .singleElement()
                .asString()
                .startsWith("w4: not trained");
        assertThat(trained.graph().constant("w4")).isEqualTo(model.graph().constant("w4"));
    }
}
