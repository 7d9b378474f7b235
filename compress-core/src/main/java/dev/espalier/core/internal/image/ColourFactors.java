package dev.espalier.core.internal.image;

import dev.espalier.core.data.ColourJitter;
import java.util.SplittableRandom;

/** What {@link ColourJitter} does to one image. */
public record ColourFactors(float brightness, float contrast, float saturation) {
    public static final ColourFactors NONE = new ColourFactors(1, 1, 1);

    private static final int LEVELS = 256;
    private static final float BRIGHTEST = LEVELS - 1;

    // ITU-R BT.601.
    private static final float RED = 0.299f;
    private static final float GREEN = 0.587f;
    private static final float BLUE = 0.114f;

    public static ColourFactors draw(ColourJitter jitter, SplittableRandom random) {
        return new ColourFactors(
                factor(jitter.brightness(), random),
                factor(jitter.contrast(), random),
                factor(jitter.saturation(), random));
    }

    private static float factor(double strength, SplittableRandom random) {
        return (float) (1 + strength * (2 * random.nextDouble() - 1));
    }

    /**
     * The pixels with other colours; the same array where nothing changes.
     *
     * @param pixels [channels, ...], unsigned, not modified
     * @param channels 1 or 3
     */
    public byte[] apply(byte[] pixels, int channels) {
        if (equals(NONE)) {
            return pixels;
        }
        float[] curve = curve(pixels, channels);
        byte[] result = new byte[pixels.length];
        if (channels > 1 && saturation != 1) {
            saturate(pixels, curve, result);
        } else {
            byte[] rounded = new byte[LEVELS];
            for (int level = 0; level < LEVELS; level++) {
                rounded[level] = rounded(curve[level]);
            }
            for (int i = 0; i < pixels.length; i++) {
                result[i] = rounded[pixels[i] & 0xff];
            }
        }
        return result;
    }

    /** What brightness and contrast make of each level; one curve serves all channels. */
    private float[] curve(byte[] pixels, int channels) {
        float[] curve = new float[LEVELS];
        for (int level = 0; level < LEVELS; level++) {
            curve[level] = clamped(brightness * level);
        }
        if (contrast != 1) {
            float mean = (float) meanGrey(pixels, channels, curve);
            for (int level = 0; level < LEVELS; level++) {
                curve[level] = clamped(contrast * curve[level] + (1 - contrast) * mean);
            }
        }
        return curve;
    }

    private static double meanGrey(byte[] pixels, int channels, float[] curve) {
        if (channels == 1) {
            return mean(pixels, 0, pixels.length, curve);
        }
        int area = pixels.length / channels;
        return RED * mean(pixels, 0, area, curve)
                + GREEN * mean(pixels, area, 2 * area, curve)
                + BLUE * mean(pixels, 2 * area, 3 * area, curve);
    }

    private static double mean(byte[] pixels, int from, int to, float[] curve) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += curve[pixels[i] & 0xff];
        }
        return sum / (to - from);
    }

    private void saturate(byte[] pixels, float[] curve, byte[] result) {
        int area = pixels.length / 3;
        for (int i = 0; i < area; i++) {
            float red = curve[pixels[i] & 0xff];
            float green = curve[pixels[area + i] & 0xff];
            float blue = curve[pixels[2 * area + i] & 0xff];
            float grey = RED * red + GREEN * green + BLUE * blue;
            float share = (1 - saturation) * grey;
            result[i] = rounded(clamped(saturation * red + share));
            result[area + i] = rounded(clamped(saturation * green + share));
            result[2 * area + i] = rounded(clamped(saturation * blue + share));
        }
    }

    private static float clamped(float value) {
        return Math.max(0, Math.min(BRIGHTEST, value));
    }

    private static byte rounded(float value) {
        return (byte) (int) (value + 0.5f);
    }
}
