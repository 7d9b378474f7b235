package dev.espalier.train.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.CancelledException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.recipe.Options;
import dev.espalier.train.KeptCheckpoints;
import dev.espalier.train.PatternImages;
import dev.espalier.train.RecalibrateBatchNorm;
import dev.espalier.train.Trainer;
import dev.espalier.train.TrainerTest;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.loss.CrossEntropy;
import dev.espalier.train.program.LossWriter;
import dev.espalier.train.program.Objective;
import dev.espalier.train.regime.AugmentationSettings;
import dev.espalier.train.regime.MixingSettings;
import dev.espalier.train.regime.OptimizerSettings;
import dev.espalier.train.regime.Regime;
import dev.espalier.train.regime.ScheduleSettings;
import dev.espalier.train.run.TrainingPlan;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TrainingRunTest {
    private static final Model SMALL = GraphText.parse(TrainerTest.SMALL);

    /** Its scores are its bias, and all of its weights beside are 0. */
    private static final Model BIAS =
            GraphText.parse(
                    """
                    graph (x: float[N,3,8,8]) -> (logits: float[N,4])
                    w: float[4,3] = fill(0)
                    b: float[4] = fill(1)
                    p = GlobalAveragePool(x)
                    f = Flatten(p)
                    logits = Gemm(f, w, b) {transB=1}
                    """);

    /** Half the sum of squared scores: its slope is the bias, and rates above 2 step too far. */
    private record Squares() implements Objective {
        @Override
        public String write(LossWriter writer) {
            return "torch.div(torch.sum(torch.pow(%s, 2)), 64)".formatted(writer.scores());
        }
    }

    private static final Regime PLAIN =
            TrainerTest.REGIME
                    .withOptimizer(OptimizerSettings.sgd(0, 0))
                    .withSchedule(
                            Options.defaults(ScheduleSettings.class)
                                    .withKind(ScheduleSettings.Kind.CONSTANT)
                                    .withWarmup(Optional.of(0.0)));

    @BeforeEach
    void onOneThread() {
        TorchModule.threads(1);
    }

    private static Model undisturbed(
            Model model, TrainingPlan plan, Objective objective, PassContext context) {
        return new Trainer(plan, objective, context).train(model);
    }

    /** The same training, killed after each checkpoint and resumed until it ends. */
    private static Model killed(
            Model model, TrainingPlan plan, Objective objective, int expectedKills) {
        KeptCheckpoints checkpoints = KeptCheckpoints.killing();
        while (true) {
            PassContext context = TrainerTest.context(model).withCheckpoints(checkpoints);
            try {
                Model trained = new Trainer(plan, objective, context).train(model);
                assertThat(checkpoints.writes()).isEqualTo(expectedKills);
                assertThat(context.notes()).contains("went on after epoch " + plan.epochs());
                return trained;
            } catch (CancelledException e) {
                assertThat(checkpoints.writes()).isLessThanOrEqualTo(expectedKills);
            }
        }
    }

    @Test
    void killsAfterEveryEpochChangeNoBitOfTheResult() {
        Regime regime =
                TrainerTest.REGIME
                        .withOptimizer(OptimizerSettings.adamw(0.05).withClip(1))
                        .withMicroBatch(16)
                        .withAveraging(0.9);
        for (Regime each : List.of(TrainerTest.REGIME, regime)) {
            TrainingPlan plan = new TrainingPlan(3, 0.02, each);
            Objective objective = new CrossEntropy(0.1);
            Model expected = undisturbed(SMALL, plan, objective, TrainerTest.context(SMALL));
            assertThat(killed(SMALL, plan, objective, 3)).isEqualTo(expected);
        }
    }

    /** The user asks to stop before each of these steps, counted from 0 over all of a run's. */
    private static Model stopped(
            Model model, TrainingPlan plan, Objective objective, int... before) {
        KeptCheckpoints checkpoints = KeptCheckpoints.quiet();
        for (int steps : before) {
            int[] left = {steps};
            PassContext context =
                    TrainerTest.context(model)
                            .withCheckpoints(checkpoints)
                            .withCancellation(() -> left[0]-- == 0);
            assertThatThrownBy(() -> new Trainer(plan, objective, context).train(model))
                    .isInstanceOf(CancelledException.class);
        }
        PassContext context = TrainerTest.context(model).withCheckpoints(checkpoints);
        Model trained = new Trainer(plan, objective, context).train(model);
        assertThat(context.notes()).anyMatch(note -> note.startsWith("went on in epoch "));
        return trained;
    }

    @Test
    void stopsWithinEpochsChangeNoBitOfTheResult() {
        Regime regime = TrainerTest.REGIME.withAveraging(0.9);
        TrainingPlan plan = new TrainingPlan(3, 0.02, regime);
        Objective objective = new CrossEntropy(0.1);
        Model expected = undisturbed(SMALL, plan, objective, TrainerTest.context(SMALL));
        int steps = TrainerTest.context(SMALL).data().training().size() / regime.batch();
        assertThat(stopped(SMALL, plan, objective, 1, steps - 2)).isEqualTo(expected);
        assertThat(stopped(SMALL, plan, objective, steps + 1, 1)).isEqualTo(expected);
    }

    /** Stops as the command line does: from within what shows the progress. */
    private static Progress stoppingAfter(int steps) {
        int[] left = {steps};
        return (name, done, total, unit) ->
                new Progress.Task() {
                    @Override
                    public void advance(long count) {
                        if (unit.equals("images") && count > 0 && --left[0] == 0) {
                            throw new CancelledException("stopped during " + name);
                        }
                    }

                    @Override
                    public void show(String words) {}

                    @Override
                    public void close() {}
                };
    }

    @Test
    void aStopAfterAnyStepLosesNone() {
        TrainingPlan plan = new TrainingPlan(2, 0.02, TrainerTest.REGIME);
        PassContext whole = TrainerTest.context(SMALL);
        Model expected = undisturbed(SMALL, plan, new CrossEntropy(0), whole);
        int steps = whole.data().training().size() / TrainerTest.REGIME.batch();
        for (int taken = 1; taken <= steps; taken++) {
            KeptCheckpoints checkpoints = KeptCheckpoints.quiet();
            PassContext stopped =
                    TrainerTest.context(SMALL)
                            .withCheckpoints(checkpoints)
                            .withProgress(stoppingAfter(taken));
            assertThatThrownBy(() -> undisturbed(SMALL, plan, new CrossEntropy(0), stopped))
                    .isInstanceOf(CancelledException.class);
            PassContext resumed = TrainerTest.context(SMALL).withCheckpoints(checkpoints);
            assertThat(undisturbed(SMALL, plan, new CrossEntropy(0), resumed)).isEqualTo(expected);
            assertThat(resumed.notes()).contains("went on in epoch 1 after step " + taken);
            assertThat(figures(resumed)).isEqualTo(figures(whole));
        }
    }

    /** All points of the curves but those of speed. */
    private static List<PassRun.Reading> figures(PassContext context) {
        return context.readings().stream()
                .filter(reading -> !reading.curve().equals("images per second"))
                .toList();
    }

    @Test
    void divergingAfterAStopGoesBackToTheEpochBefore() {
        // The loss explodes in step 3 and then in step 5 of the first epoch.
        TrainingPlan plan = new TrainingPlan(2, 6, PLAIN);
        Model expected = undisturbed(BIAS, plan, new Squares(), TrainerTest.context(BIAS));
        assertThat(stopped(BIAS, plan, new Squares(), 2)).isEqualTo(expected);
    }

    @Test
    void aResumedTrainingTellsOfAllEpochs() {
        TrainingPlan plan = new TrainingPlan(2, 0.1, TrainerTest.REGIME);
        KeptCheckpoints checkpoints = KeptCheckpoints.killing();
        PassContext killed = TrainerTest.context(SMALL).withCheckpoints(checkpoints);
        assertThatThrownBy(() -> undisturbed(SMALL, plan, new CrossEntropy(0), killed))
                .isInstanceOf(CancelledException.class);
        PassContext resumed = TrainerTest.context(SMALL).withCheckpoints(checkpoints);
        assertThatThrownBy(() -> undisturbed(SMALL, plan, new CrossEntropy(0), resumed))
                .isInstanceOf(CancelledException.class);
        assertThat(killed.readings())
                .extracting(PassRun.Reading::curve)
                .containsExactly(
                        "learning rate",
                        "training loss",
                        "training top-1",
                        "validation top-1",
                        "images per second");
        assertThat(resumed.readings())
                .hasSize(10)
                .startsWith(killed.readings().toArray(new PassRun.Reading[0]));
        assertThat(resumed.readings().get(9).epoch()).isEqualTo(2);
    }

    @Test
    void anotherPlanStartsOver() {
        KeptCheckpoints checkpoints = KeptCheckpoints.killing();
        PassContext context = TrainerTest.context(SMALL).withCheckpoints(checkpoints);
        for (int epochs : new int[] {2, 3}) {
            TrainingPlan plan = new TrainingPlan(epochs, 0.1, TrainerTest.REGIME);
            assertThatThrownBy(() -> undisturbed(SMALL, plan, new CrossEntropy(0), context))
                    .isInstanceOf(CancelledException.class);
        }
        assertThat(context.notes()).noneMatch(note -> note.startsWith("went on"));
    }

    @Test
    void anExplodingLossHalvesTheRateAndGoesBack() {
        // Each step multiplies the bias by 1 - rate: by -5, then by -2, then by -1/2.
        TrainingPlan plan = new TrainingPlan(2, 6, PLAIN);
        PassContext context = TrainerTest.context(BIAS);
        Model trained = undisturbed(BIAS, plan, new Squares(), context);
        assertThat(context.notes())
                .filteredOn(note -> note.startsWith("training diverged"))
                .satisfiesExactly(
                        note ->
                                assertThat(note)
                                        .contains("epoch 1, step 3")
                                        .contains("at learning rate 6")
                                        .contains("end of epoch 0 and halved"),
                        note -> assertThat(note).contains("epoch 1, step 5").contains("rate 3"));
        for (float value : trained.graph().constant("b").orElseThrow().toFloats()) {
            assertThat(Math.abs(value)).isLessThan(0.05f);
        }
    }

    @Test
    void aResumedTrainingRemembersTheLoweredRate() {
        TrainingPlan plan = new TrainingPlan(2, 6, PLAIN);
        Model expected = undisturbed(BIAS, plan, new Squares(), TrainerTest.context(BIAS));
        assertThat(killed(BIAS, plan, new Squares(), 2 + 2)).isEqualTo(expected);
    }

    @Test
    void aCalmLossIsNoSetback() {
        PassContext context = TrainerTest.context(BIAS);
        undisturbed(BIAS, new TrainingPlan(2, 1.5, PLAIN), new Squares(), context);
        assertThat(context.notes()).noneMatch(note -> note.contains("diverged"));
    }

    @Test
    void givesUpWhereHalvingDoesNotHelp() {
        TrainingPlan plan = new TrainingPlan(2, 1e12, PLAIN);
        assertThatThrownBy(
                        () ->
                                undisturbed(
                                        SMALL,
                                        plan,
                                        new CrossEntropy(0),
                                        TrainerTest.context(SMALL)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("diverged")
                .hasMessageContaining("halved 3 times")
                .hasMessageContaining("lower learning-rate");
    }

    @Test
    void patienceEndsTrainingThatGetsNoBetter() {
        PassContext context = TrainerTest.context(BIAS);
        undisturbed(BIAS, new TrainingPlan(10, 0, PLAIN.withPatience(2)), new Squares(), context);
        assertThat(context.notes())
                .anySatisfy(
                        note ->
                                assertThat(note)
                                        .startsWith("stopped after epoch 3 of 10")
                                        .contains("of epoch 1 for 2 epochs")
                                        .endsWith("not of the best one"));
    }

    @Test
    void patienceDoesNotEndTrainingThatGetsBetter() {
        PassContext context = TrainerTest.context(SMALL);
        TrainingPlan plan = new TrainingPlan(2, 0.1, TrainerTest.REGIME.withPatience(2));
        undisturbed(SMALL, plan, new CrossEntropy(0), context);
        assertThat(context.notes()).noneMatch(note -> note.startsWith("stopped"));
    }

    @Test
    void patienceNeedsAValidationSplit() {
        PatternImages images = new PatternImages(64, 4, 8, 1);
        PatternImages none = new PatternImages(0, 4, 8, 1);
        PassContext context =
                TrainerTest.context(BIAS).withData(new DataSplits(images, images, none, none));
        TrainingPlan plan = new TrainingPlan(1, 0.1, PLAIN.withPatience(1));
        assertThatThrownBy(() -> undisturbed(BIAS, plan, new Squares(), context))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("validation.fraction");
    }

    @Test
    void theAverageIsReturnedWithStatisticsOfItsOwn() {
        PassContext context = TrainerTest.context(SMALL);
        TrainingPlan averaged = new TrainingPlan(5, 0.1, TrainerTest.REGIME.withAveraging(0.9));
        Model trained = undisturbed(SMALL, averaged, new CrossEntropy(0), context);
        assertThat(context.notes())
                .anySatisfy(note -> assertThat(note).endsWith("100.00 %"))
                .anySatisfy(note -> assertThat(note).contains("average over the steps"));
        TrainingPlan last = new TrainingPlan(5, 0.1, TrainerTest.REGIME);
        Model other = undisturbed(SMALL, last, new CrossEntropy(0), TrainerTest.context(SMALL));
        assertThat(constant(trained, "w1")).isNotEqualTo(constant(other, "w1"));
        assertStatisticsOf(AugmentationSettings.NONE, trained);
    }

    private static void assertStatisticsOf(AugmentationSettings augmentation, Model trained) {
        Model again =
                new RecalibrateBatchNorm(2048, augmentation)
                        .apply(trained, TrainerTest.context(SMALL));
        assertThat(constant(again, "mean")).isEqualTo(constant(trained, "mean"));
        assertThat(constant(again, "variance")).isEqualTo(constant(trained, "variance"));
    }

    @Test
    void statisticsOfTheAverageAreThoseOfImagesAsTrainingSawThem() {
        AugmentationSettings padded = Options.defaults(AugmentationSettings.class).withPadding(2);
        Regime regime = TrainerTest.REGIME.withAugmentation(padded).withAveraging(0.9);
        Model trained =
                undisturbed(
                        SMALL,
                        new TrainingPlan(2, 0.1, regime),
                        new CrossEntropy(0),
                        TrainerTest.context(SMALL));
        assertStatisticsOf(padded, trained);
    }

    @Test
    void statisticsOfMixturesAreNotMeasuredOnSingleImages() {
        AugmentationSettings mixed =
                AugmentationSettings.NONE.withMixing(new MixingSettings(0.4, 0));
        Regime regime = TrainerTest.REGIME.withAugmentation(mixed);
        List<Model> trained =
                Stream.of(regime, regime.withAveraging(0.9))
                        .map(
                                each ->
                                        undisturbed(
                                                SMALL,
                                                new TrainingPlan(2, 0.1, each),
                                                new CrossEntropy(0),
                                                TrainerTest.context(SMALL)))
                        .toList();
        assertThat(constant(trained.get(1), "w1")).isNotEqualTo(constant(trained.get(0), "w1"));
        assertThat(constant(trained.get(1), "mean")).isEqualTo(constant(trained.get(0), "mean"));
    }

    private static Tensor constant(Model model, String name) {
        return model.graph().constant(name).orElseThrow();
    }
}
