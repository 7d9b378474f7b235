package dev.espalier.core.internal.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/** How a camera was held: reads the number from EXIF data and turns pixels accordingly. */
final class ExifOrientation {
    private static final int AS_STORED = 1;
    private static final int TAG = 0x0112;
    private static final int ENTRY = 12;

    /** Orientations whose rows are read from the last one, and columns likewise. */
    private static final Set<Integer> FROM_BELOW = Set.of(3, 4, 6, 7);

    private static final Set<Integer> FROM_RIGHT = Set.of(2, 3, 7, 8);

    private ExifOrientation() {}

    /**
     * The orientation, 1 to 8; 1 where the data has none or makes no sense, as other programs do.
     *
     * @param from where the data's TIFF header begins
     */
    static int of(byte[] bytes, int from, int to) {
        if (to - from < 8) {
            return AS_STORED;
        }
        ByteBuffer exif = ByteBuffer.wrap(bytes, from, to - from).slice();
        exif.order(exif.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = exif.getInt(4);
        if (directory < 8 || directory > exif.limit() - 2) {
            return AS_STORED;
        }
        int entries = exif.getShort(directory) & 0xffff;
        for (int i = 0; i < entries; i++) {
            int at = directory + 2 + ENTRY * i;
            if (at > exif.limit() - ENTRY) {
                return AS_STORED;
            }
            if ((exif.getShort(at) & 0xffff) == TAG) {
                int value = exif.getShort(at + 8);
                return value >= 1 && value <= 8 ? value : AS_STORED;
            }
        }
        return AS_STORED;
    }

    /** The size of an image once it is turned. */
    static ImageSize turned(ImageSize size, int orientation) {
        return isOnItsSide(orientation)
                ? new ImageSize(size.channels(), size.width(), size.height())
                : size;
    }

    /**
     * The pixels [C, H, W] as they are to be seen.
     *
     * @param size as stored
     */
    static byte[] turn(byte[] pixels, ImageSize size, int orientation) {
        if (orientation == AS_STORED) {
            return pixels;
        }
        boolean fromBelow = FROM_BELOW.contains(orientation);
        boolean fromRight = FROM_RIGHT.contains(orientation);
        boolean onItsSide = isOnItsSide(orientation);
        ImageSize result = turned(size, orientation);
        byte[] seen = new byte[pixels.length];
        int to = 0;
        for (int c = 0; c < size.channels(); c++) {
            for (int y = 0; y < result.height(); y++) {
                for (int x = 0; x < result.width(); x++) {
                    int row = onItsSide ? x : y;
                    int column = onItsSide ? y : x;
                    row = fromBelow ? size.height() - 1 - row : row;
                    column = fromRight ? size.width() - 1 - column : column;
                    seen[to++] = pixels[(c * size.height() + row) * size.width() + column];
                }
            }
        }
        return seen;
    }

    private static boolean isOnItsSide(int orientation) {
        return orientation >= 5;
    }
}
