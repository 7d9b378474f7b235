package dev.espalier.train.internal.joint;

import dev.espalier.core.CancelledException;
import dev.espalier.core.CompressionException;
import dev.espalier.core.PassFailedException;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.pass.Workers;
import dev.espalier.train.internal.joint.WorkerMessage.Verb;
import dev.espalier.train.internal.run.EpochSteps;
import dev.espalier.train.internal.run.TrainingRun;
import dev.espalier.train.internal.run.TrainingState;
import java.util.List;
import java.util.Optional;

/**
 * A process's part in trainings that another process leads: trains the network that it is told to,
 * to the end of the epoch that it is told, from the snapshot of all networks. What it reaches is in
 * the network's own checkpoint, a file that is replaced as a whole.
 */
final class WorkerLoop {
    private static final long NANOS_BETWEEN = 500_000_000L;

    private final List<TrainingRun> runs;
    private final Checkpoints checkpoints;
    private final Workers.Line leader;

    /**
     * @param checkpoints where the snapshot of all networks is
     */
    WorkerLoop(List<TrainingRun> runs, Checkpoints checkpoints, Workers.Line leader) {
        this.runs = runs;
        this.checkpoints = checkpoints;
        this.leader = leader;
    }

    /** Does as it is told until there is nothing more to do, or nobody who tells. */
    void serve() {
        for (Optional<String> line = leader.receive(); line.isPresent(); line = leader.receive()) {
            Optional<WorkerMessage> message = WorkerMessage.read(line.get());
            if (message.isPresent() && message.get().verb() == Verb.END) {
                return;
            }
            message.filter(told -> told.verb() == Verb.TRAIN).ifPresent(this::train);
        }
    }

    private void train(WorkerMessage told) {
        int epoch = Math.toIntExact(told.number());
        try {
            TrainingRun run = runs.get(told.network());
            TrainingState begin = snapshot(epoch - 1).members().get(told.network());
            run.until(epoch, run.latest(begin));
            say(WorkerMessage.of(Verb.DONE, told.network(), epoch));
        } catch (CancelledException e) {
            throw e;
        } catch (RuntimeException e) {
            String reason = e instanceof CompressionException ? e.getMessage() : e.toString();
            if (EpochRetries.mayPass(e)) {
                say(new WorkerMessage(Verb.BROKE, told.network(), epoch, reason));
                throw e;
            }
            String kind = e.getClass().getSimpleName();
            say(new WorkerMessage(Verb.FAILED, told.network(), epoch, kind + " " + reason));
        }
    }

    private JointState snapshot(int epoch) {
        JointState state =
                checkpoints
                        .read(JointTrainer.CHECKPOINT)
                        .flatMap(bytes -> JointState.read(bytes, runs))
                        .orElse(JointState.start(runs.size()));
        if (state.epoch() != epoch) {
            throw new PassFailedException(
                    "the snapshot of all networks after epoch %s is damaged or of another training"
                            .formatted(epoch));
        }
        return state;
    }

    private void say(WorkerMessage message) {
        leader.send(message.toLine());
    }

    /** Tells the leader how far a network's epoch is. */
    static Progress progress(int network, Workers.Line leader) {
        return (name, earlier, steps, unit) ->
                new Progress.Task() {
                    private final boolean counts = name.startsWith(EpochSteps.EPOCH);
                    private long done = earlier;
                    private String words = name;
                    private long last = System.nanoTime() - NANOS_BETWEEN;

                    @Override
                    public void advance(long count) {
                        done += count;
                        if (System.nanoTime() - last >= NANOS_BETWEEN || done == steps) {
                            last = System.nanoTime();
                            long shown = counts ? done : 0;
                            leader.send(new WorkerMessage(Verb.AT, network, shown, words).toLine());
                        }
                    }

                    @Override
                    public void show(String changed) {
                        words = changed;
                    }

                    @Override
                    public void close() {}
                };
    }
}
