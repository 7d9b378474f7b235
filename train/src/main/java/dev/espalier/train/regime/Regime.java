package dev.espalier.train.regime;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;

/**
 * How a network is trained, whatever it is trained for.
 *
 * @param batch examples in a step; a last, smaller batch of an epoch is left out
 * @param microBatch examples that are in memory at once, 0 for the whole batch. A step then
 *     averages the gradients of its parts, which gives those of the batch; only batch normalization
 *     sees the smaller parts
 * @param averaging share d of the old average in {@code average = d average + (1 - d) weights},
 *     taken after every step and returned instead of the last weights; 0 for no average. In step t
 *     = 0, 1, .. the share is min(d, (1 + t) / (10 + t)), so that the average soon forgets where it
 *     began. Running statistics of batch normalization are not averaged but measured anew. See
 *     Polyak and Juditsky, Acceleration of Stochastic Approximation by Averaging, 1992
 * @param patience epochs without a better figure on the validation split after which training ends
 *     early, 0 for never. The weights are then those of the last epoch, not those of the best
 * @param optimizer how weights move
 * @param schedule the course of the learning rate
 * @param augmentation random changes to training images
 * @param program how the training program is made from the model
 */
@Withers
public record Regime(
        @Option(value = "128", help = "Examples in a step", min = 1, max = 65536) int batch,
        @Option(
                        value = "0",
                        help = "Examples of a step in memory at once, 0 for all",
                        min = 0,
                        max = 65536)
                int microBatch,
        @Option(
                        value = "0",
                        help = "Share of the old in a running average of weights, 0 for none",
                        min = 0,
                        max = 0.999999)
                double averaging,
        @Option(
                        value = "0",
                        help =
                                "Epochs without progress on the validation split before an early end",
                        min = 0,
                        max = 10000)
                int patience,
        @Option(help = "How weights move") OptimizerSettings optimizer,
        @Option(help = "Course of the learning rate") ScheduleSettings schedule,
        @Option(help = "Random changes to training images") AugmentationSettings augmentation,
        @Option(help = "How the training program is made") ProgramSettings program)
        implements RegimeBuilder.With {
    public Regime {
        if (microBatch > 0 && batch % microBatch != 0) {
            throw new InvalidOptionException(
                    "a batch of %s cannot be split into micro-batches of %s; take a divisor"
                            .formatted(batch, microBatch));
        }
        if (augmentation.mixing().isOn() && (microBatch == 0 ? batch : microBatch) == 1) {
            throw new InvalidOptionException(
                    "mixing takes two examples or more in memory at once, found one; raise batch or micro-batch");
        }
    }
}
