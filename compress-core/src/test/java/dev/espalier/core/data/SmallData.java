package dev.espalier.core.data;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;

/** Writes small datasets in the formats that are read. */
public final class SmallData {
    private SmallData() {}

    public static TensorType images(int channels, int height, int width) {
        return new TensorType(
                DataType.FLOAT,
                Shape.of(
                        java.util.List.of(
                                new Dim.Symbolic("N"),
                                Dim.of(channels),
                                Dim.of(height),
                                Dim.of(width))));
    }

    /** {@code perBatch} images in each of two training files and in the test file. */
    public static Path cifar10(Path folder, int perBatch) throws IOException {
        for (String name :
                new String[] {"data_batch_1.bin", "data_batch_2.bin", "test_batch.bin"}) {
            Files.write(folder.resolve(name), cifarBatch(perBatch, name.hashCode()));
        }
        return folder;
    }

    /** Random pixels; labels 0 to 9 in turn. */
    public static byte[] cifarBatch(int images, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] bytes = new byte[images * 3073];
        random.nextBytes(bytes);
        for (int i = 0; i < images; i++) {
            bytes[i * 3073] = (byte) (i % 10);
        }
        return bytes;
    }

    /** An IDX file of unsigned bytes. */
    public static void idx(Path file, byte[] content, int... sizes) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(4 + 4 * sizes.length);
        header.put(new byte[] {0, 0, 8, (byte) sizes.length});
        for (int size : sizes) {
            header.putInt(size);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out =
                file.toString().endsWith(".gz") ? new GZIPOutputStream(bytes) : bytes) {
            out.write(header.array());
            out.write(content);
        }
        Files.write(file, bytes.toByteArray());
    }

    public static byte[] random(int size, long seed) {
        byte[] bytes = new byte[size];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    /** Labels 0 to classes - 1 in turn. */
    public static byte[] labels(int count, int classes) {
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            labels[i] = (byte) (i % classes);
        }
        return labels;
    }
}
