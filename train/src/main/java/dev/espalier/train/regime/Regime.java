package dev.espalier.train.regime;

import dev.espalier.core.pass.Option;

/**
 * How a network is trained, whatever it is trained for.
 *
 * @param batch examples in a step; a last, smaller batch of an epoch is left out
 * @param optimizer how weights move
 * @param augmentation random changes to training images
 * @param program how the training program is made from the model
 */
public record Regime(
        @Option(value = "128", help = "Examples in a step", min = 1, max = 65536) int batch,
        @Option(help = "How weights move") OptimizerSettings optimizer,
        @Option(help = "Random changes to training images") AugmentationSettings augmentation,
        @Option(help = "How the training program is made") ProgramSettings program) {
    public static final Regime DEFAULT =
            new Regime(
                    128,
                    OptimizerSettings.DEFAULT,
                    AugmentationSettings.DEFAULT,
                    ProgramSettings.DEFAULT);
}
