package dev.espalier.train.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.recipe.Options;
import dev.espalier.train.PatternImages;
import dev.espalier.train.Trainer;
import dev.espalier.train.TrainerTest;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.program.LossWriter;
import dev.espalier.train.program.Objective;
import dev.espalier.train.program.Programs;
import dev.espalier.train.program.TorchProgram;
import dev.espalier.train.program.Truth;
import dev.espalier.train.regime.AugmentationSettings;
import dev.espalier.train.regime.MixingSettings;
import dev.espalier.train.regime.Regime;
import dev.espalier.train.run.TrainingPlan;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TeacherAnswersTest {
    private static final Model STUDENT = GraphText.parse(TrainerTest.SMALL);
    private static final Model TEACHER =
            GraphText.parse(TrainerTest.SMALL.replace("seed(1)", "seed(7)"));

    /** Of four scores, and of the eight pooled features when asked for. */
    private record Following(boolean features) implements Objective {
        @Override
        public List<Model> teachers() {
            return List.of(TEACHER);
        }

        @Override
        public String write(LossWriter writer) {
            String loss = "torch.mse_loss(%s, %s)".formatted(writer.scores(), writer.scores(0));
            return features
                    ? "torch.add(%s, torch.mse_loss(%s, %s))"
                            .formatted(loss, writer.value("p"), writer.teacher(0, "p"))
                    : loss;
        }
    }

    private static TorchProgram program(Objective objective, int part, int parts, long room) {
        return TorchProgram.training(
                STUDENT,
                InputShapes.ofBatch(part),
                parts,
                objective,
                TrainerTest.REGIME,
                Map.of(),
                room);
    }

    @Test
    void areAskedAheadWhereThereIsRoom() {
        assertThat(program(new Following(false), 8, 1, 4).teaches()).isTrue();
        assertThat(program(new Following(false), 8, 1, 3).teaches()).isFalse();
        assertThat(program(new Following(true), 8, 1, 4 + 8).teaches()).isTrue();
        assertThat(program(new Following(true), 8, 1, 4 + 7).teaches()).isFalse();
        assertThat(program(new Following(true), 8, 1, 0).teaches()).isFalse();
    }

    @Test
    void areNotTheSameTwiceWhereExamplesChange() {
        AugmentationSettings none = AugmentationSettings.NONE;
        assertThat(none.isNone()).isTrue();
        assertThat(
                        Options.defaults(AugmentationSettings.class)
                                .withPadding(1)
                                .withFlip(false)
                                .isNone())
                .isFalse();
        assertThat(Options.defaults(AugmentationSettings.class).withPadding(0).isNone()).isFalse();
        assertThat(none.withErasing(0.5).isNone()).isFalse();
        assertThat(none.withMixing(new MixingSettings(1, 0)).isNone()).isFalse();
    }

    @Test
    void leadToTheStepsOfTeachersThatAreAskedEachTime() {
        Dataset data = PatternImages.splits(40, 4, 8).training();
        for (int parts : new int[] {1, 2}) {
            TorchProgram ahead = program(new Following(true), 8 / parts, parts, 1000);
            TorchProgram each = program(new Following(true), 8 / parts, parts, 0);
            try (TorchModule remembering = TorchModule.load(ahead.archive());
                    TorchModule asking = TorchModule.load(each.archive())) {
                TeacherAnswers answers =
                        TeacherAnswers.ask(
                                remembering, STUDENT, data, 8 / parts, PassContext.of(STUDENT));
                for (int from = 0; from < 32; from += 8) {
                    int[] indices = indices(from);
                    Batch batch = data.batch(indices);
                    StepArguments known =
                            new StepArguments(
                                    STUDENT, Truth.NONE, Optional.empty(), Optional.of(answers));
                    StepArguments asked =
                            new StepArguments(
                                    STUDENT, Truth.NONE, Optional.empty(), Optional.empty());
                    float expected = loss(asking, asked.of(batch, indices, 0, 0.1));
                    float found = loss(remembering, known.of(batch, indices, 0, 0.1));
                    assertThat(found).isCloseTo(expected, within(1e-5f * Math.abs(expected)));
                }
            }
        }
    }

    /** Not in the order of the dataset. */
    private static int[] indices(int from) {
        int[] indices = new int[8];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = (from + 7 * i) % 40;
        }
        return indices;
    }

    private static float loss(TorchModule module, List<Tensor> arguments) {
        return module.run("step", arguments).get(0).toFloats()[0];
    }

    @Test
    void fillUpTheLastPart() {
        Dataset data = PatternImages.splits(10, 4, 8).training();
        TorchProgram program = program(new Following(false), 4, 1, 1000);
        try (TorchModule module = TorchModule.load(program.archive())) {
            TeacherAnswers answers =
                    TeacherAnswers.ask(module, STUDENT, data, 4, PassContext.of(STUDENT));
            List<Tensor> last = answers.of(new int[] {data.size() - 1, 0});
            assertThat(last).hasSize(1);
            assertThat(last.get(0).shape()).isEqualTo(Shape.of(2, 4));
        }
    }

    /** The same examples, of which nobody knows that they are. */
    private record Unsure(Dataset of) implements Dataset {
        @Override
        public int size() {
            return of.size();
        }

        @Override
        public int classes() {
            return of.classes();
        }

        @Override
        public Map<String, TensorType> sampleTypes() {
            return of.sampleTypes();
        }

        @Override
        public boolean isRepeatable() {
            return false;
        }

        @Override
        public Batch batch(int[] indices, Augmentation augmentation, long seed) {
            return of.batch(indices, augmentation, seed);
        }
    }

    @Test
    void aTrainingGoesTheSameWayWithThemOrWithout() {
        TorchModule.threads(1);
        for (Regime regime : List.of(TrainerTest.REGIME, TrainerTest.REGIME.withMicroBatch(16))) {
            DataSplits sure = PatternImages.splits(256, 4, 8);
            DataSplits unsure =
                    new DataSplits(
                            new Unsure(sure.training()),
                            sure.calibration(),
                            sure.validation(),
                            sure.test());
            Model remembered = trained(regime, sure);
            Model asked = trained(regime, unsure);
            assertThat(remembered).isNotEqualTo(STUDENT);
            STUDENT.graph()
                    .initializers()
                    .keySet()
                    .forEach(
                            name ->
                                    Programs.assertClose(
                                            remembered.graph().constant(name).orElseThrow(),
                                            asked.graph().constant(name).orElseThrow(),
                                            1e-4));
        }
    }

    private static Model trained(Regime regime, DataSplits data) {
        PassContext context = TrainerTest.context(STUDENT).withData(data);
        return new Trainer(new TrainingPlan(2, 0.05, regime), new Following(true), context)
                .train(STUDENT);
    }
}
