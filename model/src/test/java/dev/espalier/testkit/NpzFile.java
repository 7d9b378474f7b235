package dev.espalier.testkit;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes NumPy's npz format: a zip file of arrays in npy format, version 1. */
public final class NpzFile {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

    /** What an npy header's end is aligned to. */
    private static final int ALIGNMENT = 64;

    private NpzFile() {}

    /**
     * Writes float and int64 arrays by name.
     *
     * @throws IllegalArgumentException for elements of other types
     */
    public static void write(Path file, Map<String, Tensor> arrays) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        arrays.forEach(
                (name, tensor) -> {
                    ByteBuffer data = tensor.bytes().duplicate();
                    byte[] bytes = new byte[data.remaining()];
                    data.get(bytes);
                    entries.put(name, npy(header(tensor), bytes));
                });
        writeEntries(file, entries);
    }

    /** Writes arrays that are in npy format already. */
    public static void writeEntries(Path file, Map<String, byte[]> arrays) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> array : arrays.entrySet()) {
                zip.putNextEntry(new ZipEntry(array.getKey() + ".npy"));
                zip.write(array.getValue());
                zip.closeEntry();
            }
        }
    }

    /**
     * An array in npy format, right or wrong.
     *
     * @param header a Python dictionary of {@code descr}, {@code fortran_order} and {@code shape}
     */
    public static byte[] npy(String header, byte[] data) {
        int start = MAGIC.length + Short.BYTES;
        int length = header.length() + 1;
        length += Math.floorMod(-(start + length), ALIGNMENT);
        byte[] text =
                (header + " ".repeat(length - header.length() - 1) + "\n")
                        .getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer file = ByteBuffer.allocate(start + length + data.length);
        file.order(ByteOrder.LITTLE_ENDIAN).put(MAGIC).putShort((short) length);
        return file.put(text).put(data).array();
    }

    private static String header(Tensor tensor) {
        if (tensor.dataType() != DataType.FLOAT && tensor.dataType() != DataType.INT64) {
            throw new IllegalArgumentException("elements of " + tensor.dataType());
        }
        Shape shape = tensor.shape();
        String sizes =
                LongStream.range(0, shape.rank())
                        .mapToObj(axis -> shape.size((int) axis) + ",")
                        .collect(Collectors.joining(" "));
        return "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }"
                .formatted(tensor.dataType() == DataType.FLOAT ? "<f4" : "<i8", sizes);
    }
}
