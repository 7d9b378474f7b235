package dev.espalier.core.data;

import dev.espalier.core.InvalidOptionException;

/**
 * Random changes to training images. What happens to an image depends on the seed and its index
 * alone, and each kind of change has random numbers of its own.
 *
 * @param padding zeros added on every side, of which a random crop of the old size is taken; 0 for
 *     none
 * @param flip whether half of the images are mirrored left to right
 * @param jitter how far colours change, before the zeros are added; only of images that are stored
 *     as bytes
 * @param erasing probability from 0 to 1 that a rectangle of the image becomes 0 after
 *     normalisation, that is, the mean that {@code Preprocess.mean} states. Its area is 2 to 33 %
 *     of the image, evenly, and the logarithm of its height by its width is drawn evenly, 3.3 to 1
 *     at most either way. See Zhong et al., Random Erasing Data Augmentation, 2020
 */
public record Augmentation(int padding, boolean flip, ColourJitter jitter, double erasing) {
    public static final Augmentation NONE = new Augmentation(0, false);

    public Augmentation {
        if (padding < 0 || padding > 4096) {
            throw new InvalidOptionException(
                    "augmentation: padding must be 0 to 4096 pixels, found " + padding);
        }
        if (!(erasing >= 0 && erasing <= 1)) {
            throw new InvalidOptionException(
                    "augmentation: erasing must be a probability from 0 to 1, found " + erasing);
        }
    }

    /** Crops and mirror images alone. */
    public Augmentation(int padding, boolean flip) {
        this(padding, flip, ColourJitter.NONE, 0);
    }
}
