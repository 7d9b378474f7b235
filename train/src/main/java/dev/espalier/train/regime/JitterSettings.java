package dev.espalier.train.regime;

import dev.espalier.core.data.ColourJitter;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;

/**
 * Random changes of colours, each by a factor from 1 - s to 1 + s; see {@link ColourJitter} for
 * what the factors do and in which order.
 *
 * @param brightness s of the factor of all pixels
 * @param contrast s of the factor of distances from the image's mean grey
 * @param saturation s of the factor of distances from the pixel's own grey; refused for images of
 *     one channel
 */
@Withers
public record JitterSettings(
        @Option(
                        value = "0",
                        help = "Brightness changes by a factor from 1 - s to 1 + s",
                        min = 0,
                        max = 1)
                double brightness,
        @Option(value = "0", help = "The same of contrast", min = 0, max = 1) double contrast,
        @Option(value = "0", help = "The same of saturation, for colours", min = 0, max = 1)
                double saturation)
        implements JitterSettingsBuilder.With {
    /** In the terms of the data pipeline. */
    ColourJitter toJitter() {
        return new ColourJitter(brightness, contrast, saturation);
    }
}
