package dev.espalier.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.data.Augmentation;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.testkit.TestContext;
import org.junit.jupiter.api.Test;

class TrainerTest {
    static final String SMALL =
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

    static TrainingPlan plan(int epochs, Precision precision) {
        return new TrainingPlan(
                epochs,
                32,
                0.1,
                OptimizerSettings.DEFAULT,
                Augmentation.NONE,
                new ProgramSettings(precision, false));
    }

    static TestContext context(Model model) {
        return TestContext.of(model)
                .withRunner(new OrtRunner())
                .withData(PatternImages.splits(256, 4, 8));
    }

    @Test
    void learnsAndLeavesNamesOrderAndShapesAsTheyWere() {
        Model model = GraphText.parse(SMALL);
        TestContext context = context(model);
        Model trained =
                new Trainer(plan(6, Precision.FLOAT32), new CrossEntropy(0), context).train(model);
        assertThat(context.notes()).anySatisfy(note -> assertThat(note).contains("100.00"));
        assertThat(trained.graph().nodes()).isEqualTo(model.graph().nodes());
        assertThat(trained.graph().initializers().keySet())
                .containsExactlyElementsOf(model.graph().initializers().keySet());
        trained.graph()
                .initializers()
                .forEach(
                        (name, held) -> {
                            var old = model.graph().initializers().get(name).tensor();
                            assertThat(held.tensor().type()).isEqualTo(old.type());
                            assertThat(held.tensor()).as(name).isNotEqualTo(old);
                        });
        assertThat(context.skipped()).isEmpty();
    }
}
