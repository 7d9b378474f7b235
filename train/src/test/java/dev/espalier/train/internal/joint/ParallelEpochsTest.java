package dev.espalier.train.internal.joint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.CancelledException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.OutputException;
import dev.espalier.core.PassFailedException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.pass.PassContext;
import dev.espalier.train.BreakingData;
import dev.espalier.train.ThreadWorkers;
import dev.espalier.train.TrainerTest;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.loss.CrossEntropy;
import dev.espalier.train.program.Objective;
import dev.espalier.train.run.TrainingPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ParallelEpochsTest {
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

    /** What all processes see of one folder. */
    private static final class Shared implements Checkpoints {
        private final Map<String, byte[]> kept = new ConcurrentHashMap<>();
        private int joint;

        @Override
        public Optional<byte[]> read(String name) {
            return Optional.ofNullable(kept.get(name));
        }

        @Override
        public void write(String name, byte[] content) {
            kept.put(name, content);
            joint += name.equals(JointTrainer.CHECKPOINT) ? 1 : 0;
        }
    }

    private final Shared checkpoints = new Shared();

    @BeforeEach
    void onOneThread() {
        TorchModule.threads(1);
    }

    private static List<TrainingPlan> plans(int epochs, double... rates) {
        List<TrainingPlan> plans = new ArrayList<>();
        for (double rate : rates) {
            plans.add(new TrainingPlan(epochs, rate, TrainerTest.REGIME));
        }
        return plans;
    }

    private static Model train(List<TrainingPlan> plans, int workers, PassContext context) {
        return new JointTrainer(plans, LABELS, new Rotation(), context)
                .across(workers)
                .trainFromScratch(SMALL);
    }

    private ThreadWorkers workers(List<TrainingPlan> plans, int... lives) {
        return new ThreadWorkers(
                part -> {
                    // A setting of the thread.
                    TorchModule.threads(1);
                    train(plans, 1, context(part.cancellation()).withWorkers(part.workers()));
                },
                lives);
    }

    private PassContext context(BooleanSupplier cancellation) {
        return TrainerTest.context(SMALL)
                .withCheckpoints(checkpoints)
                .withCancellation(cancellation);
    }

    private PassContext context() {
        return context(() -> false);
    }

    @Test
    void severalProcessesGiveWhatOneDoes() {
        List<TrainingPlan> plans = plans(3, 0.05, 0.1, 0.1);
        PassContext alone = TrainerTest.context(SMALL);
        Model expected = train(plans, 1, alone);
        ThreadWorkers workers = workers(plans);
        PassContext context = context().withWorkers(workers);

        assertThat(train(plans, 2, context)).isEqualTo(expected);
        assertThat(context.notes()).isEqualTo(alone.notes());
        assertThat(context.readings())
                .filteredOn(reading -> !reading.curve().endsWith("images per second"))
                .containsExactlyInAnyOrderElementsOf(
                        alone.readings().stream()
                                .filter(each -> !each.curve().endsWith("images per second"))
                                .toList());
        assertThat(workers.started()).containsExactly(0, 1);
        assertThat(workers.closed()).isEqualTo(2);
    }

    @Test
    void aProcessThatDiesIsReplacedAndNoBitChanges() {
        List<TrainingPlan> plans = plans(3, 0.05, 0.1);
        Model expected = train(plans, 1, TrainerTest.context(SMALL));
        // An epoch has 8 steps.
        ThreadWorkers workers = workers(plans, 11, Integer.MAX_VALUE, 3);
        PassContext context = context().withWorkers(workers);

        assertThat(train(plans, 2, context)).isEqualTo(expected);
        assertThat(workers.started()).hasSize(4);
        assertThat(context.notes())
                .filteredOn(note -> note.contains("failed"))
                .hasSize(2)
                .allMatch(
                        note ->
                                note.matches(
                                        "network [12]: epoch \\d failed, since its process ended"
                                                + " with exit code 137; its log is worker.log; it"
                                                + " went on from its last good state"));
    }

    @Test
    void processesThatDieAgainAndAgainAreAnErrorThatNamesTheNetworkAndTheLog() {
        List<TrainingPlan> plans = plans(2, 0.05, 0.1);
        ThreadWorkers workers = workers(plans, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        assertThatThrownBy(() -> train(plans, 2, context().withWorkers(workers)))
                .isInstanceOf(PassFailedException.class)
                .hasMessageMatching(
                        "network [12] of 2: epoch 1 failed 4 times, the last time since its"
                                + " process ended with exit code 137; its log is worker.log");
    }

    @Test
    void aProcessSaysWhyItBreaksOffBeforeItEnds() {
        List<TrainingPlan> plans = plans(2, 0.05, 0.1);
        Model expected = train(plans, 1, TrainerTest.context(SMALL));
        AtomicInteger started = new AtomicInteger();
        ThreadWorkers workers =
                new ThreadWorkers(
                        part -> {
                            TorchModule.threads(1);
                            // One look at the data comes before the first batch.
                            BreakingData data =
                                    started.getAndIncrement() == 0
                                            ? new BreakingData(12)
                                            : new BreakingData();
                            train(
                                    plans,
                                    1,
                                    data.context()
                                            .withCheckpoints(checkpoints)
                                            .withCancellation(part.cancellation())
                                            .withWorkers(part.workers()));
                        });
        PassContext context = context().withWorkers(workers);
        assertThat(train(plans, 2, context)).isEqualTo(expected);
        assertThat(context.notes())
                .filteredOn(note -> note.contains("failed"))
                .hasSize(1)
                .allMatch(
                        note ->
                                note.matches(
                                        "network [12]: epoch [12] failed, since .*no memory; it"
                                                + " went on from its last good state"));
        assertThat(workers.started()).hasSize(3);
    }

    @Test
    void whatAUserHasToActOnIsNotTriedAgain() {
        List<TrainingPlan> plans = plans(1, 0.05, 0.1);
        Checkpoints full =
                new Checkpoints() {
                    @Override
                    public Optional<byte[]> read(String name) {
                        return checkpoints.read(name);
                    }

                    @Override
                    public void write(String name, byte[] content) {
                        throw new OutputException(name + " cannot be written: disk full", null);
                    }
                };
        ThreadWorkers workers =
                new ThreadWorkers(
                        part ->
                                train(
                                        plans,
                                        1,
                                        context(part.cancellation())
                                                .withCheckpoints(full)
                                                .withWorkers(part.workers())));
        assertThatThrownBy(() -> train(plans, 2, context().withWorkers(workers)))
                .isInstanceOf(OutputException.class)
                .hasMessageMatching(
                        "network ([12]) of 2: network-\\1-training cannot be written: disk full");
        assertThat(workers.started()).hasSize(2);
        assertThat(workers.closed()).isEqualTo(2);
    }

    @Test
    void aSnapshotThatIsNotThereIsAnError() {
        List<TrainingPlan> plans = plans(1, 0.05, 0.1);
        ThreadWorkers lying =
                new ThreadWorkers(
                        part -> {
                            var line = part.workers().leader().orElseThrow();
                            for (var told = line.receive();
                                    told.isPresent();
                                    told = line.receive()) {
                                line.send("a library's chatter");
                                line.send(told.get().replace("TRAIN", "DONE"));
                            }
                        });
        assertThatThrownBy(() -> train(plans, 2, context().withWorkers(lying)))
                .isInstanceOf(OutputException.class)
                .hasMessage(
                        "network 1 of 2: its snapshot after epoch 1 is missing or damaged; run"
                                + " again with --resume");
    }

    @Test
    void aProcessRefusesToTrainFromAnotherEpochThanItWasTold() {
        List<TrainingPlan> plans = plans(3, 0.05, 0.1);
        ThreadWorkers workers = workers(plans);
        try (var worker = workers.start(0, 1)) {
            worker.send("TRAIN 1 2");
            assertThat(worker.receive().orElseThrow())
                    .startsWith("FAILED 1 2 PassFailedException the snapshot of all networks after")
                    .contains("epoch 1");
        }
    }

    @Test
    void aStoppedRunGoesOnToTheSameBits() {
        List<TrainingPlan> plans = plans(3, 0.05, 0.1);
        Model expected = train(plans, 1, TrainerTest.context(SMALL));
        ThreadWorkers first = workers(plans);
        AtomicInteger looks = new AtomicInteger();
        assertThatThrownBy(
                        () ->
                                train(
                                        plans,
                                        2,
                                        context(
                                                        () ->
                                                                checkpoints.joint > 0
                                                                        && looks.incrementAndGet()
                                                                                > 3)
                                                .withWorkers(first)))
                .isInstanceOf(CancelledException.class);
        assertThat(first.closed()).isEqualTo(2);

        PassContext context = context().withWorkers(workers(plans));
        assertThat(train(plans, 2, context)).isEqualTo(expected);
        assertThat(context.notes()).anyMatch(note -> note.contains(": went on "));
    }

    @Test
    void oneProcessMayGoOnWhereSeveralEnded() {
        List<TrainingPlan> plans = plans(3, 0.05, 0.1);
        Model expected = train(plans, 1, TrainerTest.context(SMALL));
        ThreadWorkers workers = workers(plans);
        PassContext context = context(() -> checkpoints.joint > 1).withWorkers(workers);
        assertThatThrownBy(() -> train(plans, 2, context)).isInstanceOf(CancelledException.class);
        assertThat(train(plans, 1, context())).isEqualTo(expected);
    }

    @Test
    void refusesNumbersThatDoNotFitAndContextsThatHaveNone() {
        List<TrainingPlan> plans = plans(1, 0.05, 0.1);
        JointTrainer trainer =
                new JointTrainer(plans, LABELS, new Rotation(), TrainerTest.context(SMALL));
        assertThatThrownBy(() -> trainer.across(3))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessage("2 networks are trained by 1 to 2 processes, found workers: 3");
        assertThatThrownBy(() -> trainer.across(0)).isInstanceOf(InvalidOptionException.class);
        assertThatThrownBy(() -> trainer.across(2).train(SMALL))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("set workers to 1, found 2");
    }
}
