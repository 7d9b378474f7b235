package dev.espalier.core.data;

import dev.espalier.core.InvalidOptionException;

/**
 * How far the colours of training images are changed at random. Each strength s is of a factor
 * drawn evenly from 1 - s to 1 + s for every image; 0 changes nothing, 0.4 is much.
 *
 * <p>The factors are applied to pixels from 0 to 255 in this order, each result held to that range,
 * the last one rounded; {@code grey = 0.299 red + 0.587 green + 0.114 blue}, or the image itself
 * where it has one channel:
 *
 * <pre>
 *   x = brightness x
 *   x = contrast x + (1 - contrast) mean(grey(x))          the mean over the stored image
 *   x = saturation x + (1 - saturation) grey(x)            of the same pixel
 * </pre>
 *
 * <p>These are the blends of torchvision's ColorJitter, which draws the order, too, and may turn
 * hues. See Krizhevsky et al., ImageNet Classification with Deep Convolutional Neural Networks,
 * 2012, section 4.1, for why colours are changed at all.
 *
 * @param brightness from 0 to 1
 * @param contrast from 0 to 1
 * @param saturation from 0 to 1; images of one channel have none
 */
public record ColourJitter(double brightness, double contrast, double saturation) {
    public static final ColourJitter NONE = new ColourJitter(0, 0, 0);

    public ColourJitter {
        check("brightness", brightness);
        check("contrast", contrast);
        check("saturation", saturation);
    }

    private static void check(String name, double strength) {
        if (!(strength >= 0 && strength <= 1)) {
            throw new InvalidOptionException(
                    "augmentation: jitter: %s must be from 0 to 1, found %s"
                            .formatted(name, strength));
        }
    }
}
