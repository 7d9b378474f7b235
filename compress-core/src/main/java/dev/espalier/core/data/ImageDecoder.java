package dev.espalier.core.data;

import dev.espalier.core.DataException;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Decodes png, jpeg and bmp files. Transparency is dropped, and the orientation in EXIF data is
 * ignored: pixels come as they are stored.
 */
final class ImageDecoder {
    /** Refused above, since a small file may claim any size. */
    static final long MOST_PIXELS = 1L << 27;

    static {
        ImageIO.setUseCache(false);
    }

    /** Pixels [C, H, W] and their size. */
    static final class Decoded {
        final byte[] pixels;
        final ImageSize size;

        private Decoded(byte[] pixels, ImageSize size) {
            this.pixels = pixels;
            this.size = size;
        }
    }

    private ImageDecoder() {}

    /**
     * @param channels 3 for red, green, blue; 1 for luminance
     * @throws DataException where the file is no such image; it names the file
     */
    static Decoded decode(Path file, int channels) {
        BufferedImage image;
        try {
            image = read(file);
        } catch (IOException e) {
            throw failed(file, e);
        } catch (RuntimeException e) {
            // ImageIO's decoders throw whatever a damaged file drives them into.
            throw e instanceof DataException ? e : failed(file, e);
        } catch (OutOfMemoryError e) {
            throw failed(file, e);
        }
        ImageSize size = new ImageSize(channels, image.getHeight(), image.getWidth());
        boolean grey = image.getRaster().getNumBands() <= 2 && !isIndexed(image);
        byte[] pixels = new byte[size.bytes()];
        if (grey) {
            fillGrey(image.getRaster(), pixels, size);
        } else {
            fillColour(image, pixels, size);
        }
        return new Decoded(pixels, size);
    }

    private static DataException failed(Path file, Throwable e) {
        return new DataException(
                "the image "
                        + file
                        + " cannot be decoded: "
                        + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
                e);
    }

    private static BufferedImage read(Path file) throws IOException {
        try (java.io.InputStream bytes = Files.newInputStream(file);
                ImageInputStream in = ImageIO.createImageInputStream(bytes)) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new DataException(
                        "the image " + file + " cannot be decoded: it is no png, jpeg or bmp");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                long count = (long) reader.getWidth(0) * reader.getHeight(0);
                if (count > MOST_PIXELS) {
                    throw new DataException(
                            "the image %s claims %dx%d pixels; the most is %d"
                                    .formatted(
                                            file,
                                            reader.getWidth(0),
                                            reader.getHeight(0),
                                            MOST_PIXELS));
                }
                return reader.read(0);
            } finally {
                reader.dispose();
            }
        }
    }

    private static boolean isIndexed(BufferedImage image) {
        return image.getColorModel() instanceof IndexColorModel;
    }

    /** From the stored samples: Java's own conversion of grey takes them for linear light. */
    private static void fillGrey(Raster raster, byte[] pixels, ImageSize size) {
        int shift = Math.max(0, raster.getSampleModel().getSampleSize(0) - 8);
        int[] row = new int[size.width()];
        int area = size.height() * size.width();
        for (int y = 0; y < size.height(); y++) {
            raster.getSamples(0, y, size.width(), 1, 0, row);
            for (int x = 0; x < row.length; x++) {
                for (int c = 0; c < size.channels(); c++) {
                    pixels[c * area + y * size.width() + x] = (byte) (row[x] >> shift);
                }
            }
        }
    }

    private static void fillColour(BufferedImage image, byte[] pixels, ImageSize size) {
        int area = size.height() * size.width();
        int[] row = new int[size.width()];
        for (int y = 0; y < size.height(); y++) {
            image.getRGB(0, y, size.width(), 1, row, 0, size.width());
            for (int x = 0; x < row.length; x++) {
                int at = y * size.width() + x;
                int red = row[x] >> 16 & 0xff;
                int green = row[x] >> 8 & 0xff;
                int blue = row[x] & 0xff;
                if (size.channels() == 1) {
                    // ITU-R BT.601, in 16-bit fixed point.
                    pixels[at] = (byte) (19595 * red + 38470 * green + 7471 * blue + 0x8000 >> 16);
                } else {
                    pixels[at] = (byte) red;
                    pixels[area + at] = (byte) green;
                    pixels[2 * area + at] = (byte) blue;
                }
            }
        }
    }
}
