package dev.espalier.core.internal.image;

import dev.espalier.core.DataException;
import dev.espalier.core.data.DataFiles;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Decodes png, jpeg and bmp files that are whole. Transparency is dropped; the orientation in the
 * EXIF data of a jpeg file is obeyed.
 */
public final class ImageDecoder {
    /** Refused above, since a small file may claim any size. */
    static final long MOST_PIXELS = 1L << 27;

    static {
        ImageIO.setUseCache(false);
    }

    /** Pixels [C, H, W] and their size. */
    public static final class Decoded {
        public final byte[] pixels;
        public final ImageSize size;

        private Decoded(byte[] pixels, ImageSize size) {
            this.pixels = pixels;
            this.size = size;
        }
    }

    private ImageDecoder() {}

    /**
     * @param channels 3 for red, green, blue; 1 for luminance
     * @throws DataException where the file is no such image, or damaged; it names the file
     */
    public static Decoded decode(Path file, int channels) {
        return DataFiles.inMemory(file, () -> decoded(file, channels));
    }

    private static Decoded decoded(Path file, int channels) {
        byte[] bytes = DataFiles.readAll(file);
        int orientation;
        BufferedImage image;
        try {
            ImageKind kind = kind(bytes, file);
            orientation = check(bytes, kind);
            image = read(bytes, kind);
        } catch (IOException | RuntimeException e) {
            refuseLackOfMemory(e);
            // ImageIO's decoders throw whatever a damaged file drives them into.
            throw new DataException(
                    "the image "
                            + file
                            + " cannot be decoded: "
                            + (e.getMessage() == null
                                    ? e.getClass().getSimpleName()
                                    : e.getMessage()),
                    e);
        }
        ImageSize size = new ImageSize(channels, image.getHeight(), image.getWidth());
        boolean grey = image.getRaster().getNumBands() <= 2 && !isIndexed(image);
        byte[] pixels = new byte[size.bytes()];
        if (grey) {
            fillGrey(image.getRaster(), pixels, size);
        } else {
            fillColour(image, pixels, size);
        }
        return new Decoded(
                ExifOrientation.turn(pixels, size, orientation),
                ExifOrientation.turned(size, orientation));
    }

    /** Some decoders hide it behind an exception of their own. */
    private static void refuseLackOfMemory(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryError lack) {
                throw lack;
            }
        }
    }

    /** What the content is, which must be what the name says. */
    private static ImageKind kind(byte[] bytes, Path file) {
        ImageKind kind =
                ImageKind.ofContent(bytes)
                        .orElseThrow(() -> new DataException("it is no png, jpeg or bmp"));
        ImageKind.ofName(file.getFileName().toString())
                .filter(named -> named != kind)
                .ifPresent(
                        named -> {
                            throw new DataException(
                                    "it holds a %s image, though its name says %s; %s it"
                                            .formatted(
                                                    kind,
                                                    named,
                                                    kind.isRead() ? "rename" : "convert"));
                        });
        if (!kind.isRead()) {
            throw new DataException("it is a %s image; convert it to png or jpeg".formatted(kind));
        }
        return kind;
    }

    /** Refuses what is not whole; the orientation of what is. */
    private static int check(byte[] bytes, ImageKind kind) {
        switch (kind) {
            case JPEG -> {
                return JpegFile.check(bytes);
            }
            case PNG -> PngFile.check(bytes);
            default -> BmpFile.check(bytes);
        }
        return 1;
    }

    private static BufferedImage read(byte[] bytes, ImageKind kind) throws IOException {
        List<String> damages = new ArrayList<>();
        ImageReader reader = ImageIO.getImageReadersByFormatName(kind.toString()).next();
        try (ImageInputStream in =
                ImageIO.createImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(in, true, true);
            reader.addIIOReadWarningListener(
                    (source, warning) -> {
                        if (isDamage(warning)) {
                            damages.add(warning);
                        }
                    });
            long count = (long) reader.getWidth(0) * reader.getHeight(0);
            if (count > MOST_PIXELS) {
                throw new DataException(
                        "it claims %sx%s pixels; the most is %s"
                                .formatted(reader.getWidth(0), reader.getHeight(0), MOST_PIXELS));
            }
            BufferedImage image = reader.read(0);
            if (!damages.isEmpty()) {
                throw new DataException(damages.get(0));
            }
            return image;
        } finally {
            reader.dispose();
        }
    }

    /**
     * Whether the jpeg decoder says that it made something up. Bytes to spare before the end are
     * frequent in photographs, and nothing of the picture is missing then.
     */
    private static boolean isDamage(String warning) {
        boolean toSpare = warning.contains("extraneous bytes before marker 0xd9");
        return warning.startsWith("Corrupt JPEG data") && !toSpare
                || warning.startsWith("Premature end");
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
