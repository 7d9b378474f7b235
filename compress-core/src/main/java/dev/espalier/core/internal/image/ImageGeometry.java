package dev.espalier.core.internal.image;

import dev.espalier.core.DataException;
import dev.espalier.core.data.Preprocess;

/** Layout, size and crop of images of bytes in channel, row, column order. */
public final class ImageGeometry {
    private ImageGeometry() {}

    /** Row, column, channel order to channel, row, column. */
    public static byte[] planar(byte[] interleaved, ImageSize size) {
        byte[] planar = new byte[interleaved.length];
        int area = size.height() * size.width();
        for (int c = 0; c < size.channels(); c++) {
            for (int i = 0; i < area; i++) {
                planar[c * area + i] = interleaved[i * size.channels() + c];
            }
        }
        return planar;
    }

    /** The size that {@code preprocess} makes of an image of {@code size}. */
    public static ImageSize result(ImageSize size, Preprocess preprocess) {
        ImageSize resized = preprocess.resize().map(shorter -> resized(size, shorter)).orElse(size);
        return preprocess
                .crop()
                .map(side -> new ImageSize(size.channels(), side, side))
                .orElse(resized);
    }

    /** The shorter side becomes {@code shorter}, the longer one is rounded down. */
    private static ImageSize resized(ImageSize size, int shorter) {
        int h = size.height();
        int w = size.width();
        long longer = Math.max(1, (long) shorter * Math.max(h, w) / Math.min(h, w));
        if (longer * shorter > ImageDecoder.MOST_PIXELS) {
            throw new DataException(
                    ("an image of %sx%s pixels would have %sx%s after "
                                    + "resizing; the most is %s pixels")
                            .formatted(w, h, longer, shorter, ImageDecoder.MOST_PIXELS));
        }
        return h <= w
                ? new ImageSize(size.channels(), shorter, (int) longer)
                : new ImageSize(size.channels(), (int) longer, shorter);
    }

    /**
     * Resizes and crops as {@code preprocess} asks.
     *
     * @param pixels [C, H, W], not modified
     * @param name of the image for messages
     */
    public static byte[] apply(byte[] pixels, ImageSize size, Preprocess preprocess, String name) {
        byte[] result = pixels;
        ImageSize now = size;
        if (preprocess.resize().isPresent()) {
            now = resized(size, preprocess.resize().get());
            result = ImageResampling.resize(result, size, now.height(), now.width());
        }
        return preprocess.crop().isPresent()
                ? crop(result, now, preprocess.crop().get(), name)
                : result;
    }

    /** The square of {@code side} from the middle; halves of a pixel go to the even number. */
    private static byte[] crop(byte[] pixels, ImageSize size, int side, String name) {
        if (side > size.height() || side > size.width()) {
            throw new DataException(
                    ("%s has %sx%s pixels, too few for a crop of %s; set "
                                    + "preprocess: resize to at least that")
                            .formatted(name, size.width(), size.height(), side));
        }
        int top = (int) Math.rint((size.height() - side) / 2.0);
        int left = (int) Math.rint((size.width() - side) / 2.0);
        byte[] cropped = new byte[size.channels() * side * side];
        for (int c = 0; c < size.channels(); c++) {
            for (int y = 0; y < side; y++) {
                int from = (c * size.height() + top + y) * size.width() + left;
                System.arraycopy(pixels, from, cropped, (c * side + y) * side, side);
            }
        }
        return cropped;
    }
}
