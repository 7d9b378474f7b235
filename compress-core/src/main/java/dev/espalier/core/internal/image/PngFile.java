package dev.espalier.core.internal.image;

import dev.espalier.core.DataException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * Whether a png file is whole. Java's decoder leaves out what is missing at the end and looks at no
 * checksum, so that a damaged file would become another picture in silence.
 */
final class PngFile {
    private static final int SIGNATURE = 8;

    /** Length, name and checksum. */
    private static final int AROUND = 12;

    private PngFile() {}

    /**
     * Checks every chunk up to the one that ends the image.
     *
     * @throws DataException where the file is cut off or damaged; it says where
     */
    static void check(byte[] bytes) {
        ByteBuffer file = ByteBuffer.wrap(bytes);
        int at = SIGNATURE;
        while (true) {
            if (bytes.length - at < AROUND) {
                throw new DataException("it is cut off at byte %s".formatted(bytes.length));
            }
            int length = file.getInt(at);
            String name = new String(bytes, at + 4, 4, StandardCharsets.ISO_8859_1);
            if (length < 0 || length > bytes.length - at - AROUND) {
                throw new DataException(
                        "it is cut off or damaged in the chunk %s at byte %s".formatted(name, at));
            }
            CRC32 checksum = new CRC32();
            checksum.update(bytes, at + 4, 4 + length);
            if ((int) checksum.getValue() != file.getInt(at + 8 + length)) {
                throw new DataException(
                        "the chunk %s at byte %s has a wrong checksum".formatted(name, at));
            }
            if (name.equals("IEND")) {
                return;
            }
            at += AROUND + length;
        }
    }
}
