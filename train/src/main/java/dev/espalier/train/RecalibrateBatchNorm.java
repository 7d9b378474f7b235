package dev.espalier.train;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Effect;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.Withers;
import dev.espalier.train.internal.run.RunningStatistics;
import dev.espalier.train.regime.AugmentationSettings;
import java.util.Locale;

/**
 * Measures the running mean and variance of every BatchNormalization anew on training images,
 * without gradients and without a change to any weight. Pruning, grouping and averaging of weights
 * leave statistics behind that no longer fit what arrives; this costs seconds and often wins back
 * several points before any fine-tuning.
 *
 * <pre>
 *   mean     = mean over batches of the batch's mean of each channel
 *   variance = mean over batches of the batch's variance of each channel
 * </pre>
 *
 * <p>Every normalization meanwhile normalizes by the statistics of its batch. A network whose batch
 * normalization was folded into its convolutions has nothing to measure and is returned as it is;
 * refuses what {@code train} refuses.
 *
 * @param samples training images that are looked at, fewer where there are fewer
 * @param augmentation random changes to them, which should be those that the network was trained
 *     with. Mixtures of two examples are refused
 */
@PassInfo(
        id = "recalibrate-batch-norm",
        summary = "Measures the statistics of batch normalization anew on training images.",
        paper =
                "Guo et al., Single Path One-Shot Neural Architecture Search with Uniform Sampling,"
                        + " 2020, section 3.3")
@Withers
public record RecalibrateBatchNorm(
        @Option(
                        value = "2048",
                        help = "Training images that are looked at",
                        min = 2,
                        max = 10000000)
                int samples,
        @Option(help = "Random changes to training images, as in training")
                AugmentationSettings augmentation)
        implements Pass, RecalibrateBatchNormBuilder.With {
    public RecalibrateBatchNorm {
        if (augmentation.mixing().isOn()) {
            throw new InvalidOptionException(
                    "statistics are measured on one example at a time; remove mixing from augmentation");
        }
    }

    @Override
    public boolean needsData() {
        return true;
    }

    @Override
    public boolean recovers() {
        return true;
    }

    /** Statistics change no structure. */
    @Override
    public Model preview(Model model, PassContext context) {
        int count = RunningStatistics.of(model, context::skipped).count();
        context.note("would measure the statistics of " + count + " batch normalizations");
        return model;
    }

    @Override
    public Model apply(Model model, PassContext context) {
        RunningStatistics statistics = RunningStatistics.of(model, context::skipped);
        if (statistics.count() == 0) {
            context.note(
                    "the network has no batch normalization to measure; it is folded where it is"
                            + " trained and only there put back");
            return model;
        }
        Model measured = statistics.measure(context, samples, augmentation.toAugmentation());
        context.note(
                String.format(
                        Locale.ROOT,
                        "measured %s batch normalizations; a mean moved by up to %.2f standard"
                                + " deviations",
                        statistics.count(),
                        statistics.shift(measured)));
        Effect.noted(model, measured, context);
        return measured;
    }
}
