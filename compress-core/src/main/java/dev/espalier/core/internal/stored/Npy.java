package dev.espalier.core.internal.stored;

import dev.espalier.core.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One array in NumPy's npy format, versions 1 to 3: a magic number, the length of a header, the
 * header as a Python dictionary of {@code descr}, {@code fortran_order} and {@code shape}, the
 * elements. Read: f2, f4, f8, i1 to i8, u1 to u8 and b1 in C order, of either byte order.
 */
final class Npy {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int LONGEST_HEADER = 1 << 16;
    private static final Pattern DESCR =
            Pattern.compile("'descr'\\s*:\\s*'([<>|=]?)([fiub])([1248])'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\sL]*)\\)");

    private final char kind;
    private final int width;
    private final int[] sizes;
    private final ByteBuffer bytes;

    private Npy(char kind, int width, int[] sizes, ByteBuffer bytes) {
        this.kind = kind;
        this.width = width;
        this.sizes = sizes;
        this.bytes = bytes;
    }

    /**
     * @param name of file and array for messages
     */
    static Npy read(InputStream in, String name) throws IOException {
        byte[] start = exactly(in, 8, name);
        if (!Arrays.equals(MAGIC, Arrays.copyOf(start, 6)) || start[6] < 1 || start[6] > 3) {
            throw new DataException(name + " is no array in npy format");
        }
        ByteBuffer length = ByteBuffer.wrap(exactly(in, start[6] == 1 ? 2 : 4, name));
        length.order(ByteOrder.LITTLE_ENDIAN);
        int headerBytes = start[6] == 1 ? length.getShort() & 0xffff : length.getInt();
        if (headerBytes < 0 || headerBytes > LONGEST_HEADER) {
            throw new DataException(name + " claims a header of " + headerBytes + " bytes");
        }
        String header = new String(exactly(in, headerBytes, name), StandardCharsets.ISO_8859_1);
        Matcher descr = DESCR.matcher(header);
        Matcher order = ORDER.matcher(header);
        Matcher shape = SHAPE.matcher(header);
        if (!descr.find() || !order.find() || !shape.find()) {
            throw new DataException(
                    "%s has the header %s; expected numbers (f2 to f8, i1 to i8, u1 to u8, b1)"
                            .formatted(name, header.strip()));
        }
        int[] sizes = sizes(shape.group(1), name);
        if (order.group(1).equals("True") && sizes.length > 1) {
            throw new DataException(
                    name + " is in Fortran order; save it with numpy.ascontiguousarray");
        }
        int width = descr.group(3).charAt(0) - '0';
        char kind = descr.group(2).charAt(0);
        if (kind == 'f' && width == 1 || kind == 'b' && width != 1) {
            throw new DataException(name + " has the element type " + kind + width);
        }
        ByteBuffer bytes = ByteBuffer.wrap(exactly(in, total(sizes, width, name), name));
        if (in.read() >= 0) {
            throw new DataException(name + " holds more than its header says");
        }
        bytes.order(descr.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        return new Npy(kind, width, sizes, bytes);
    }

    private static byte[] exactly(InputStream in, int count, String name) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new DataException(
                    "%s is cut off: %s more bytes expected".formatted(name, count - bytes.length));
        }
        return bytes;
    }

    private static int[] sizes(String text, String name) {
        String[] parts = text.replaceAll("[\\sL]", "").split(",");
        try {
            return Arrays.stream(parts)
                    .filter(part -> !part.isEmpty())
                    .mapToInt(Integer::parseInt)
                    .toArray();
        } catch (NumberFormatException e) {
            throw new DataException(name + " has the shape (" + text + "), too large", e);
        }
    }

    private static int total(int[] sizes, int width, String name) {
        long total = width;
        for (int size : sizes) {
            // Stays far below overflow: checked after each factor of at most 2^31.
            total *= size;
            if (total > Integer.MAX_VALUE - 8) {
                throw new DataException(
                        "%s has the shape %s, more than 2 GiB"
                                .formatted(name, Arrays.toString(sizes)));
            }
        }
        return (int) total;
    }

    /** The shape, as a new array. */
    int[] sizes() {
        return sizes.clone();
    }

    int count() {
        return bytes.capacity() / width;
    }

    boolean isUnsignedBytes() {
        return kind == 'u' && width == 1;
    }

    boolean isInteger() {
        return kind != 'f';
    }

    /** The elements of an array of bytes; not to be modified. */
    byte[] bytes() {
        return bytes.array();
    }

    double real(int index) {
        if (kind != 'f') {
            return integer(index);
        }
        return switch (width) {
            case 2 -> half(bytes.getShort(index * 2));
            case 4 -> bytes.getFloat(index * 4);
            default -> bytes.getDouble(index * 8);
        };
    }

    /** An integer element; unsigned 64-bit ones keep their bits. */
    long integer(int index) {
        boolean signed = kind == 'i';
        return switch (width) {
            case 1 -> signed ? bytes.get(index) : bytes.get(index) & 0xffL;
            case 2 -> signed ? bytes.getShort(index * 2) : bytes.getShort(index * 2) & 0xffffL;
            case 4 -> signed ? bytes.getInt(index * 4) : bytes.getInt(index * 4) & 0xffff_ffffL;
            default -> bytes.getLong(index * 8);
        };
    }

    /** IEEE 754 binary16. */
    private static double half(short bits) {
        int exponent = bits >> 10 & 0x1f;
        int mantissa = bits & 0x3ff;
        double magnitude =
                switch (exponent) {
                    case 0 -> mantissa * 0x1p-24;
                    case 0x1f -> mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
                    default -> (1 + mantissa * 0x1p-10) * Math.pow(2, exponent - 15);
                };
        return bits < 0 ? -magnitude : magnitude;
    }
}
