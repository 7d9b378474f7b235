package dev.espalier.train.regime;

import dev.espalier.core.data.Augmentation;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;
import dev.espalier.core.recipe.Options;

/**
 * Random changes to training examples.
 *
 * @param padding pixels of zeros around an image, of which a random crop of the old size is taken
 * @param flip whether half of the images are mirrored left to right
 * @param jitter changes of colours
 * @param erasing probability that a rectangle of an image is set to the mean; see {@link
 *     Augmentation#erasing}. 0.25 is usual
 * @param mixing whether examples are mixed with each other
 */
@Withers
public record AugmentationSettings(
        @Option(
                        value = "4",
                        help = "Pixels added around an image before a random crop",
                        min = 0,
                        max = 64)
                int padding,
        @Option(value = "true", help = "Whether half of the images are mirrored left to right")
                boolean flip,
        @Option(help = "Random changes of colours") JitterSettings jitter,
        @Option(
                        value = "0",
                        help = "Probability that a random rectangle is set to the mean",
                        min = 0,
                        max = 1)
                double erasing,
        @Option(help = "Training on mixtures of two examples") MixingSettings mixing)
        implements AugmentationSettingsBuilder.With {
    /** Training examples stay as they are. */
    public static final AugmentationSettings NONE =
            Options.defaults(AugmentationSettings.class).withPadding(0).withFlip(false);

    /** Whether an example is the same in every epoch. */
    public boolean isNone() {
        return equals(NONE);
    }

    /** What happens to each image by itself, in the terms of the data pipeline. */
    public Augmentation toAugmentation() {
        return new Augmentation(padding, flip, jitter.toJitter(), erasing);
    }
}
