package dev.espalier.core.internal.image;

import dev.espalier.core.DataException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Whether a bmp file is as long as its header says. */
final class BmpFile {
    private static final int HEADERS = 26;
    private static final int OLD_HEADER = 12;
    private static final int FULL_HEADERS = 54;

    private BmpFile() {}

    /**
     * Checks that all rows are there.
     *
     * @throws DataException where the file is cut off
     */
    static void check(byte[] bytes) {
        require(bytes, HEADERS);
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long start = file.getInt(10) & 0xffff_ffffL;
        if (file.getInt(14) == OLD_HEADER) {
            long width = file.getShort(18) & 0xffff;
            long height = file.getShort(20) & 0xffff;
            require(bytes, start + rows(width, height, file.getShort(24)));
            return;
        }
        require(bytes, FULL_HEADERS);
        int compression = file.getInt(30);
        boolean packed = compression == 1 || compression == 2;
        require(
                bytes,
                start
                        + (packed
                                ? file.getInt(34) & 0xffff_ffffL
                                : rows(
                                        Math.abs((long) file.getInt(18)),
                                        Math.abs((long) file.getInt(22)),
                                        file.getShort(28))));
    }

    /** Rows begin at multiples of four bytes; what fills up the last one may be absent. */
    private static long rows(long width, long height, int bits) {
        double row = Math.ceil(width * (double) bits / 8);
        return (long) (Math.ceil(row / 4) * 4 * Math.max(0, height - 1) + row);
    }

    private static void require(byte[] bytes, long needed) {
        if (bytes.length < needed) {
            throw new DataException(
                    "it is cut off at byte %s of %s".formatted(bytes.length, needed));
        }
    }
}
