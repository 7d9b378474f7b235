package dev.espalier.core.data;

import dev.espalier.core.InvalidOptionException;

/**
 * Random changes to training images, made before normalisation.
 *
 * @param padding zeros added on every side, of which a random crop of the old size is taken; 0 for
 *     none
 * @param flip whether half of the images are mirrored left to right
 */
public record Augmentation(int padding, boolean flip) {
    public static final Augmentation NONE = new Augmentation(0, false);

    public Augmentation {
        if (padding < 0 || padding > 4096) {
            throw new InvalidOptionException(
                    "augmentation: padding must be 0 to 4096 pixels, found " + padding);
        }
    }
}
