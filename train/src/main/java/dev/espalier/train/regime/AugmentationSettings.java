package dev.espalier.train.regime;

import dev.espalier.core.data.Augmentation;
import dev.espalier.core.pass.Option;

/**
 * Random changes to training images.
 *
 * @param padding pixels of zeros around an image, of which a random crop of the old size is taken
 * @param flip whether half of the images are mirrored left to right
 */
public record AugmentationSettings(
        @Option(
                        value = "4",
                        help = "Pixels added around an image before a random crop",
                        min = 0,
                        max = 64)
                int padding,
        @Option(value = "true", help = "Whether half of the images are mirrored left to right")
                boolean flip) {
    public static final AugmentationSettings DEFAULT = new AugmentationSettings(4, true);

    /** Training examples stay as they are. */
    public static final AugmentationSettings NONE = new AugmentationSettings(0, false);

    /** In the terms of the data pipeline. */
    public Augmentation toAugmentation() {
        return new Augmentation(padding, flip);
    }
}
