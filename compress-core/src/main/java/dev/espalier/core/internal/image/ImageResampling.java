package dev.espalier.core.internal.image;

/**
 * Bilinear resizing with a filter that widens when an image becomes smaller, so that every pixel
 * counts: what image libraries of the training side do by default. Rows first, then columns, both
 * rounded to bytes.
 */
final class ImageResampling {
    private ImageResampling() {}

    /**
     * @param pixels [C, H, W] of {@code size}, not modified
     * @return [C, height, width]
     */
    static byte[] resize(byte[] pixels, ImageSize size, int height, int width) {
        if (height == size.height() && width == size.width()) {
            return pixels;
        }
        byte[] wide = new byte[size.channels() * size.height() * width];
        Taps across = new Taps(size.width(), width);
        for (int row = 0; row < size.channels() * size.height(); row++) {
            for (int x = 0; x < width; x++) {
                wide[row * width + x] = across.at(pixels, row * size.width(), 1, x);
            }
        }
        byte[] resized = new byte[size.channels() * height * width];
        Taps down = new Taps(size.height(), height);
        for (int c = 0; c < size.channels(); c++) {
            int start = c * size.height() * width;
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    resized[(c * height + y) * width + x] = down.at(wide, start + x, width, y);
                }
            }
        }
        return resized;
    }

    /** For each output position, the input positions it mixes and their weights. */
    private static final class Taps {
        private final int[] first;
        private final float[][] weights;

        /**
         * Triangle of half-width {@code max(1, in / out)} around {@code (o + 0.5) * in / out},
         * weights normalised to 1.
         */
        Taps(int in, int out) {
            first = new int[out];
            weights = new float[out][];
            double ratio = (double) in / out;
            double reach = Math.max(1, ratio);
            for (int o = 0; o < out; o++) {
                double centre = (o + 0.5) * ratio;
                int from = Math.max(0, (int) (centre - reach + 0.5));
                int to = Math.min(in, (int) (centre + reach + 0.5));
                double[] raw = new double[to - from];
                double sum = 0;
                for (int i = 0; i < raw.length; i++) {
                    raw[i] = Math.max(0, 1 - Math.abs(from + i + 0.5 - centre) / reach);
                    sum += raw[i];
                }
                first[o] = from;
                weights[o] = new float[raw.length];
                for (int i = 0; i < raw.length; i++) {
                    weights[o][i] = (float) (raw[i] / sum);
                }
            }
        }

        byte at(byte[] pixels, int start, int stride, int o) {
            float sum = 0;
            float[] w = weights[o];
            int at = start + first[o] * stride;
            for (int i = 0; i < w.length; i++, at += stride) {
                sum += w[i] * (pixels[at] & 0xff);
            }
            return (byte) Math.min(255, (int) (sum + 0.5f));
        }
    }
}
