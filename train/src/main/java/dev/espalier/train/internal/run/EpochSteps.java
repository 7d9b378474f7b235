package dev.espalier.train.internal.run;

import dev.espalier.core.CancelledException;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.BatchStream;
import dev.espalier.core.data.Batching;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Progress;
import dev.espalier.train.internal.run.TrainingState.Begun;
import dev.espalier.train.internal.run.TrainingState.Divergence;
import dev.espalier.train.internal.run.TrainingState.Epoch;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.run.TrainingPlan;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The steps of the epoch after a state, or what is left of them. An epoch whose loss explodes ends
 * early.
 */
public final class EpochSteps {
    /** What the name of an epoch begins with where its progress is shown. */
    public static final String EPOCH = "epoch ";

    private static final long NANOS_BETWEEN = 300_000_000_000L;

    /** A loss so many times that of the epoch before, or 1 if that is more, has exploded. */
    private static final double EXPLOSION = 100;

    /** What is the same for all epochs. */
    record Course(
            TrainingPlan plan,
            PassContext context,
            Dataset training,
            StepArguments arguments,
            String share) {
        int batch() {
            return plan.regime().batch();
        }
    }

    private final Course course;
    private final TrainingState before;
    private final Consumer<Begun> keeper;
    private final int batch;
    private final double secondsBefore;
    private final long start = System.nanoTime();
    private long lastKept = start;
    private int taken;
    private double rate;
    private double losses;
    private double correct;
    private double limit;

    /**
     * @param keeper told how far the epoch is whenever that shall outlive a kill
     */
    EpochSteps(Course course, TrainingState before, Begun begun, Consumer<Begun> keeper) {
        this.course = course;
        this.batch = course.batch();
        this.before = before;
        this.keeper = keeper;
        this.taken = begun.steps();
        this.losses = begun.losses();
        this.correct = begun.correct();
        this.secondsBefore = begun.seconds();
        this.rate = begun.rate();
        this.limit =
                before.epoch() == 0
                        ? begun.limit()
                        : limit(before.history().get(before.epoch() - 1).loss());
    }

    private static double limit(double usual) {
        return EXPLOSION * Math.max(1, usual);
    }

    /** Takes all steps; tells where it had to give up. */
    Optional<Divergence> run(TorchModule module) {
        Batching batching =
                Batching.training(
                        batch,
                        course.plan().regime().augmentation().toAugmentation(),
                        course.context().seed());
        try (BatchStream batches =
                        BatchStream.openAt(taken, course.training(), batching, before.epoch());
                Progress.Task task =
                        course.context()
                                .progress()
                                .begin(
                                        name(),
                                        (long) taken * batch,
                                        (long) batches.batches() * batch,
                                        "images")) {
            while (batches.hasNext()) {
                course.context().checkCancelled();
                long step = (long) before.epoch() * batches.batches() + taken;
                double loss = step(module, batches, step);
                if (!Double.isFinite(loss) || loss > limit) {
                    return Optional.of(divergence(loss));
                }
                limit = Double.isFinite(limit) ? limit : limit(loss);
                task.advance(batch);
                task.show(words());
                if (System.nanoTime() - lastKept > NANOS_BETWEEN) {
                    keep();
                }
            }
        } catch (CancelledException e) {
            // Between two steps, wherever it was asked for: no step is lost.
            keep();
            throw e;
        }
        return Optional.empty();
    }

    private void keep() {
        keeper.accept(new Begun(taken, losses, correct, seconds(), rate, limit));
        lastKept = System.nanoTime();
    }

    private double seconds() {
        return secondsBefore + (System.nanoTime() - start) / 1e9;
    }

    private String name() {
        String name = EPOCH + (before.epoch() + 1) + " of " + course.plan().epochs();
        return before.divergences().isEmpty()
                ? name
                : name + ", learning rate x " + before.slowdown();
    }

    private double step(TorchModule module, BatchStream batches, long step) {
        Batch examples = batches.next();
        rate = before.slowdown() * course.plan().rate(step, batches.batches());
        List<Tensor> arguments = course.arguments().of(examples, batches.indices(), step, rate);
        float[] result = module.run("step", arguments).get(0).toFloats();
        batches.recycle(examples);
        taken++;
        losses += result[0];
        correct += result[1];
        return result[0];
    }

    private String words() {
        String text = String.format(Locale.ROOT, "loss %.4f", losses / taken);
        double share = correct / ((double) taken * batch);
        return Double.isNaN(share)
                ? text
                : text + String.format(Locale.ROOT, ", %s %.2f %%", course.share(), 100 * share);
    }

    Divergence divergence(double loss) {
        return new Divergence(before.epoch() + 1, taken, loss, rate);
    }

    Epoch figures() {
        double images = (double) taken * batch;
        return new Epoch(rate, losses / taken, correct / images, Double.NaN, images / seconds());
    }
}
