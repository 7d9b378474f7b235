package dev.espalier.core.internal.image;

import dev.espalier.core.DataException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Whether a jpeg file is whole, and how it is to be turned. Java's decoder makes grey of what is
 * missing, so that a file that was cut off would become another picture in silence.
 */
final class JpegFile {
    private static final int START = 0xd8;
    private static final int END = 0xd9;
    private static final int SCAN = 0xda;
    private static final int EXIF_SEGMENT = 0xe1;
    private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.ISO_8859_1);

    private final byte[] bytes;
    private final Map<Integer, Long> wanting = new HashMap<>();
    private boolean progressive;
    private int orientation = 1;

    private JpegFile(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Checks that the image is there from its first scan to its end.
     *
     * @return the orientation in the EXIF data, 1 to 8; 1 where there is none
     * @throws DataException where the file is cut off or damaged; it says where
     */
    static int check(byte[] bytes) {
        JpegFile file = new JpegFile(bytes);
        file.walk();
        return file.orientation;
    }

    private void walk() {
        int at = 2;
        while (true) {
            int marker = marker(at);
            int code = bytes[marker] & 0xff;
            if (code == END) {
                break;
            }
            at = marker + 1;
            if (code == START || code == 1 || isRestart(code)) {
                continue;
            }
            int length = at + 1 < bytes.length ? unsigned16(at) : 0;
            if (length < 2 || length > bytes.length - at) {
                throw cutOff();
            }
            segment(code, at + 2, at + length);
            at += length;
        }
        if (wanting.isEmpty() || wanting.values().stream().anyMatch(bits -> bits != 0)) {
            throw new DataException("parts of its picture are missing");
        }
    }

    /** The byte behind the next 0xff that begins a marker; what scans hold is passed over. */
    private int marker(int from) {
        for (int at = from; at + 1 < bytes.length; at++) {
            int code = bytes[at + 1] & 0xff;
            if (bytes[at] == (byte) 0xff && code != 0 && code != 0xff && !isRestart(code)) {
                return at + 1;
            }
        }
        throw cutOff();
    }

    private DataException cutOff() {
        return new DataException(
                "it is cut off: no end of the image up to byte %s".formatted(bytes.length));
    }

    private void segment(int code, int from, int to) {
        boolean frame =
                code >= 0xc0 && code <= 0xcf && code != 0xc4 && code != 0xc8 && code != 0xcc;
        if (frame) {
            progressive = (code & 3) == 2;
            for (int at = from + 6; at + 2 < to; at += 3) {
                wanting.put(bytes[at] & 0xff, -1L);
            }
        } else if (code == SCAN && to > from) {
            scan(from, to);
        } else if (code == EXIF_SEGMENT && starts(from, to)) {
            orientation = ExifOrientation.of(bytes, from + EXIF.length, to);
        }
    }

    /** A scan gives all coefficients of its components, or of a progressive image some. */
    private void scan(int from, int to) {
        int components = bytes[from] & 0xff;
        int last = from + 1 + 2 * components;
        if (last + 3 > to) {
            throw new DataException("its scan at byte %s is damaged".formatted(from));
        }
        long given = -1;
        if (progressive) {
            int first = bytes[last] & 63;
            int end = bytes[last + 1] & 63;
            boolean whole = (bytes[last + 2] & 15) == 0;
            given = whole && first <= end ? -1L >>> 63 - (end - first) << first : 0;
        }
        for (int i = 0; i < components; i++) {
            int component = bytes[from + 1 + 2 * i] & 0xff;
            long done = given;
            wanting.computeIfPresent(component, (key, bits) -> bits & ~done);
        }
    }

    private boolean starts(int from, int to) {
        return to - from > EXIF.length
                && java.util.Arrays.equals(bytes, from, from + EXIF.length, EXIF, 0, EXIF.length);
    }

    private static boolean isRestart(int code) {
        return code >= 0xd0 && code <= 0xd7;
    }

    private int unsigned16(int at) {
        return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    }
}
