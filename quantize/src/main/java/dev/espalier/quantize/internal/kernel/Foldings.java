package dev.espalier.quantize.internal.kernel;

/**
 * Which layers {@link PixelFolding} may fold, besides those that are too narrow for the {@link
 * FastKernel} otherwise.
 *
 * @param images those of up to three input channels, as a network's first layer has
 * @param pairs those that fill half of the fast kernel, two pixels in one
 */
public record Foldings(boolean images, boolean pairs) {
    /** What is usual where nothing is known of the machine: pairs cost on some. */
    public static final Foldings USUAL = new Foldings(true, false);

    /** These with pairs or without. */
    public Foldings withPairs(boolean value) {
        return new Foldings(images, value);
    }
}
