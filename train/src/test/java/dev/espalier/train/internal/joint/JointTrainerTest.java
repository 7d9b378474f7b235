package dev.espalier.train.internal.joint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.CancelledException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.PassFailedException;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.recipe.Options;
import dev.espalier.testkit.pass.MemoryCheckpoints;
import dev.espalier.train.BreakingData;
import dev.espalier.train.KeptCheckpoints;
import dev.espalier.train.PatternImages;
import dev.espalier.train.Trainer;
import dev.espalier.train.TrainerTest;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.loss.CrossEntropy;
import dev.espalier.train.program.LossWriter;
import dev.espalier.train.program.Objective;
import dev.espalier.train.regime.OptimizerSettings;
import dev.espalier.train.regime.Regime;
import dev.espalier.train.regime.ScheduleSettings;
import dev.espalier.train.run.TrainingPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JointTrainerTest {
    private static final Model SMALL = GraphText.parse(TrainerTest.SMALL);
    private static final Objective LABELS = new CrossEntropy(0);

    /** Each network goes on as the one before it. */
    private record Rotation() implements Exchange {
        @Override
        public List<Model> after(int epoch, List<Model> networks) {
            List<Model> rotated = new ArrayList<>(networks);
            rotated.add(0, rotated.remove(rotated.size() - 1));
            return rotated;
        }
    }

    /** Changes nothing. */
    private record Nothing() implements Exchange {
        @Override
        public List<Model> after(int epoch, List<Model> networks) {
            return networks;
        }
    }

    @BeforeEach
    void onOneThread() {
        TorchModule.threads(1);
    }

    private static List<TrainingPlan> plans(int epochs, Regime regime, double... rates) {
        List<TrainingPlan> plans = new ArrayList<>();
        for (double rate : rates) {
            plans.add(new TrainingPlan(epochs, rate, regime));
        }
        return plans;
    }

    private static JointTrainer trainer(
            List<TrainingPlan> plans, Exchange exchange, PassContext context) {
        return new JointTrainer(plans, LABELS, exchange, context);
    }

    private static Tensor constant(Model model, String name) {
        return model.graph().constant(name).orElseThrow();
    }

    @Test
    void oneNetworkAloneIsTrainedAsEver() {
        List<TrainingPlan> plans = plans(3, TrainerTest.REGIME.withAveraging(0.9), 0.1);
        PassContext context = TrainerTest.context(SMALL);
        PassContext expected = TrainerTest.context(SMALL);
        Trainer plain = new Trainer(plans.get(0), LABELS, expected);
        JointTrainer joint = trainer(plans, new Rotation(), context);

        assertThat(joint.train(SMALL)).isEqualTo(plain.train(SMALL));
        assertThat(context.notes()).isEqualTo(expected.notes());
        assertThat(joint.trainFromScratch(SMALL)).isEqualTo(plain.trainFromScratch(SMALL));
    }

    @Test
    void returnsTheBestOnTheValidationSplit() {
        PassContext context = TrainerTest.context(SMALL);
        // The first network does not learn at all.
        Model trained =
                trainer(plans(4, TrainerTest.REGIME, 0, 0.1), new Nothing(), context)
                        .trainFromScratch(SMALL);
        assertThat(constant(trained, "w1")).isNotEqualTo(constant(SMALL, "w1"));
        assertThat(context.notes())
                .anyMatch(note -> note.startsWith("network 1: trained 7 weights for 4 epochs"))
                .anyMatch(note -> note.startsWith("network 2: top-1 on the validation split"))
                .anyMatch(
                        note ->
                                note.startsWith(
                                        "returned network 2 of 2, the best on the validation"))
                .noneMatch(note -> note.startsWith("measured"));
        assertThat(context.readings())
                .extracting(reading -> reading.curve())
                .contains("network 1 training loss", "network 2 validation top-1");
    }

    @Test
    void withoutAValidationSplitItIsTheFirst() {
        PatternImages images = new PatternImages(64, 4, 8, 1);
        PatternImages none = new PatternImages(0, 4, 8, 1);
        PassContext context =
                TrainerTest.context(SMALL).withData(new DataSplits(images, images, none, none));
        Model trained =
                trainer(plans(1, TrainerTest.REGIME, 0, 0.1), new Nothing(), context).train(SMALL);
        assertThat(constant(trained, "w1")).isEqualTo(constant(SMALL, "w1"));
        assertThat(context.notes())
                .contains("returned network 1 of 2: there is no validation split to choose on");
    }

    @Test
    void exchangesBetweenEpochsWhatEachHadBefore() {
        List<List<Model>> seen = new ArrayList<>();
        Exchange swapping =
                (epoch, networks) -> {
                    assertThat(epoch).isEqualTo(seen.size() + 1);
                    seen.add(networks);
                    return new Rotation().after(epoch, networks);
                };
        // Rates of 0: weights change by the exchange alone.
        PassContext context = TrainerTest.context(SMALL);
        trainer(plans(3, TrainerTest.REGIME, 0, 0), swapping, context).trainFromScratch(SMALL);
        assertThat(seen).hasSize(2);
        for (int i = 0; i < 2; i++) {
            assertThat(constant(seen.get(1).get(i), "w1"))
                    .isEqualTo(constant(seen.get(0).get(1 - i), "w1"))
                    .isNotEqualTo(constant(seen.get(0).get(i), "w1"));
        }
        assertThat(context.notes()).anyMatch(note -> note.startsWith("measured 1 batch norm"));
    }

    @Test
    void copiesOfOneNetworkSeeTheExamplesInOrdersOfTheirOwn() {
        List<List<Model>> seen = new ArrayList<>();
        Exchange looking =
                (epoch, networks) -> {
                    seen.add(networks);
                    return networks;
                };
        trainer(plans(2, TrainerTest.REGIME, 0.1, 0.1), looking, TrainerTest.context(SMALL))
                .train(SMALL);
        assertThat(constant(seen.get(0).get(0), "w1"))
                .isNotEqualTo(constant(seen.get(0).get(1), "w1"));
    }

    @Test
    void averagesAreExchangedToo() {
        List<Model> seen = new ArrayList<>();
        Exchange looking =
                (epoch, networks) -> {
                    seen.addAll(networks);
                    return networks;
                };
        Regime averaging = TrainerTest.REGIME.withAveraging(0.9);
        trainer(plans(2, averaging, 0.1, 0.1), looking, TrainerTest.context(SMALL)).train(SMALL);
        assertThat(seen).hasSize(4);
        assertThat(constant(seen.get(2), "w1")).isNotEqualTo(constant(seen.get(0), "w1"));
    }

    @Test
    void killsAtEveryCheckpointChangeNoBitOfTheResult() {
        for (Regime regime : List.of(TrainerTest.REGIME, TrainerTest.REGIME.withAveraging(0.9))) {
            List<TrainingPlan> plans = plans(3, regime, 0.05, 0.1);
            Model expected =
                    trainer(plans, new Rotation(), TrainerTest.context(SMALL))
                            .trainFromScratch(SMALL);
            KeptCheckpoints checkpoints = KeptCheckpoints.killing();
            Model trained = null;
            while (trained == null) {
                PassContext context = TrainerTest.context(SMALL).withCheckpoints(checkpoints);
                try {
                    trained = trainer(plans, new Rotation(), context).trainFromScratch(SMALL);
                } catch (CancelledException e) {
                    assertThat(checkpoints.writes()).isLessThanOrEqualTo(3 * 3);
                }
            }
            assertThat(checkpoints.writes()).isEqualTo(3 * 3);
            assertThat(trained).isEqualTo(expected);
        }
    }

    @Test
    void stopsWithinEpochsChangeNoBitOfTheResult() {
        List<TrainingPlan> plans = plans(2, TrainerTest.REGIME, 0.05, 0.1);
        Model expected = trainer(plans, new Rotation(), TrainerTest.context(SMALL)).train(SMALL);
        Map<String, byte[]> kept = new HashMap<>();
        Checkpoints checkpoints = new MemoryCheckpoints(kept);
        // In the first epoch of the second network, then in the second of the first.
        for (int steps : new int[] {11, 8}) {
            int[] left = {steps};
            PassContext context =
                    TrainerTest.context(SMALL)
                            .withCheckpoints(checkpoints)
                            .withCancellation(() -> left[0]-- == 0);
            assertThatThrownBy(() -> trainer(plans, new Rotation(), context).train(SMALL))
                    .isInstanceOf(CancelledException.class);
        }
        PassContext context = TrainerTest.context(SMALL).withCheckpoints(checkpoints);
        assertThat(trainer(plans, new Rotation(), context).train(SMALL)).isEqualTo(expected);
        assertThat(context.notes())
                .anyMatch(note -> note.startsWith("network 1: went on in epoch 2 after step "));
    }

    @Test
    void anotherExchangeStartsOver() {
        KeptCheckpoints checkpoints = KeptCheckpoints.killing();
        List<TrainingPlan> plans = plans(2, TrainerTest.REGIME, 0.05, 0.1);
        PassContext context = TrainerTest.context(SMALL).withCheckpoints(checkpoints);
        for (Exchange exchange : List.of(new Rotation(), new Nothing())) {
            assertThatThrownBy(() -> trainer(plans, exchange, context).train(SMALL))
                    .isInstanceOf(CancelledException.class);
        }
        assertThat(context.notes()).noneMatch(note -> note.contains("went on"));
    }

    /** Half the sum of squared scores: its slope is the bias, and rates above 2 step too far. */
    private record Squares() implements Objective {
        @Override
        public String write(LossWriter writer) {
            return "torch.div(torch.sum(torch.pow(%s, 2)), 64)".formatted(writer.scores());
        }
    }

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

    private static final Regime PLAIN =
            TrainerTest.REGIME
                    .withOptimizer(OptimizerSettings.sgd(0, 0))
                    .withSchedule(
                            Options.defaults(ScheduleSettings.class)
                                    .withKind(ScheduleSettings.Kind.CONSTANT)
                                    .withWarmup(Optional.of(0.0)));

    @Test
    void aNetworkThatDivergesGoesBackAndTheOthersGoOn() {
        PassContext context = TrainerTest.context(BIAS);
        new JointTrainer(plans(2, PLAIN, 1.5, 6), new Squares(), new Rotation(), context)
                .train(BIAS);
        assertThat(context.notes())
                .anyMatch(
                        note -> note.startsWith("network 2: training diverged in epoch 1, step 3"))
                .noneMatch(note -> note.startsWith("network 1: training diverged"))
                .anyMatch(note -> note.startsWith("returned network"));
    }

    @Test
    void namesTheNetworkThatDivergesAgainAndAgain() {
        JointTrainer trainer =
                new JointTrainer(
                        plans(1, PLAIN, 1.5, 1e12),
                        new Squares(),
                        new Rotation(),
                        TrainerTest.context(BIAS));
        assertThatThrownBy(() -> trainer.train(BIAS))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageStartingWith("network 2 of 2: training diverged");
    }

    @Test
    void anEpochThatBreaksOffIsBegunAgainAndNoBitChanges() {
        List<TrainingPlan> plans = plans(3, TrainerTest.REGIME, 0.05, 0.1);
        Model expected = trainer(plans, new Rotation(), new BreakingData().context()).train(SMALL);
        PassContext context = new BreakingData(10, 20).context();
        assertThat(trainer(plans, new Rotation(), context).train(SMALL)).isEqualTo(expected);
        assertThat(context.notes())
                .filteredOn(note -> note.contains("failed"))
                .hasSize(2)
                .allMatch(
                        note ->
                                note.matches(
                                        "network [12]: epoch [12] failed, since .*no memory; it"
                                                + " went on from its last good state"));
    }

    @Test
    void namesTheNetworkWhoseEpochBreaksOffAgainAndAgain() {
        Integer[] all = IntStream.range(5, 1000).boxed().toArray(Integer[]::new);
        PassContext context = new BreakingData(all).context();
        JointTrainer trainer =
                trainer(plans(2, TrainerTest.REGIME, 0.05, 0.1), new Rotation(), context);
        assertThatThrownBy(() -> trainer.train(SMALL))
                .isInstanceOf(PassFailedException.class)
                .hasMessageStartingWith("network 1 of 2: epoch 1 failed 4 times, the last time")
                .hasMessageContaining("no memory");
    }

    /** Scores as the teacher's, which has other weights. */
    private record Following() implements Objective {
        @Override
        public List<Model> teachers() {
            return List.of(GraphText.parse(TrainerTest.SMALL.replace("seed(1)", "seed(7)")));
        }

        @Override
        public String write(LossWriter writer) {
            return "torch.mse_loss(%s, %s)".formatted(writer.scores(), writer.scores(0));
        }
    }

    @Test
    void asksTheTeacherOnceForAllNetworks() {
        List<String> begun = new ArrayList<>();
        PassContext context =
                TrainerTest.context(SMALL)
                        .withProgress(
                                (name, done, steps, unit) -> {
                                    begun.add(name);
                                    return Progress.SILENT.begin(name, done, steps, unit);
                                });
        new JointTrainer(
                        plans(2, TrainerTest.REGIME, 0.05, 0.1, 0.1),
                        new Following(),
                        new Rotation(),
                        context)
                .train(SMALL);
        assertThat(begun)
                .contains("network 3, epoch 2 of 2")
                .filteredOn(name -> name.endsWith("teacher"))
                .containsExactly("network 1, teacher");
    }

    @Test
    void refusesPlansThatEndApart() {
        PassContext context = TrainerTest.context(SMALL);
        List<TrainingPlan> unequal =
                List.of(
                        new TrainingPlan(1, 0.1, TrainerTest.REGIME),
                        new TrainingPlan(2, 0.1, TrainerTest.REGIME));
        assertThatThrownBy(() -> trainer(unequal, new Nothing(), context))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("found 1 and 2");
        List<TrainingPlan> patient = plans(2, TrainerTest.REGIME.withPatience(1), 0.1);
        assertThatThrownBy(() -> trainer(patient, new Nothing(), context))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("set patience to 0");
    }
}
