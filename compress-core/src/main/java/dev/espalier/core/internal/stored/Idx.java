package dev.espalier.core.internal.stored;

import dev.espalier.core.DataException;
import dev.espalier.core.data.DataFiles;
import dev.espalier.core.internal.file.Disk;
import dev.espalier.core.internal.image.ImageGeometry;
import dev.espalier.core.internal.image.ImageSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads MNIST's IDX format, plain or gzipped: two zero bytes, the element type, the rank, the sizes
 * as big-endian 32-bit numbers, the elements. Images are [N, H, W] or, in colour, [N, C, H, W] or
 * [N, H, W, C] with 1 or 3 channels.
 */
final class Idx {
    private static final int UNSIGNED_BYTE = 0x08;

    private Idx() {}

    /**
     * The images and labels of a folder whose names begin with one of {@code prefixes}, such as
     * {@code train-images-idx3-ubyte.gz}; empty where there are no such images.
     */
    static Optional<Images> part(Path folder, String... prefixes) {
        for (String prefix : prefixes) {
            Optional<Path> images = find(folder, prefix + "-images");
            if (images.isPresent()) {
                Path labels =
                        find(folder, prefix + "-labels")
                                .orElseThrow(
                                        () ->
                                                new DataException(
                                                        ("%s holds %s, but no %s-labels "
                                                                        + "file beside it")
                                                                .formatted(
                                                                        folder,
                                                                        images.get().getFileName(),
                                                                        prefix)));
                return Optional.of(read(images.get(), labels));
            }
        }
        return Optional.empty();
    }

    /** The plain file where there is a gzipped one, too. */
    private static Optional<Path> find(Path folder, String prefix) {
        try {
            return Disk.list(folder).stream()
                    .filter(file -> file.getFileName().toString().startsWith(prefix))
                    .filter(DataFiles::isFile)
                    .min(
                            java.util.Comparator.comparing(
                                            (Path file) -> file.toString().endsWith(".gz"))
                                    .thenComparing(Path::toString));
        } catch (IOException e) {
            throw DataFiles.unreadable(folder, e);
        }
    }

    private static Images read(Path imageFile, Path labelFile) {
        Block images = DataFiles.inMemory(imageFile, () -> block(imageFile));
        Block labels = DataFiles.inMemory(labelFile, () -> block(labelFile));
        ImageSize size = ImageSize.ofArray(images.sizes, imageFile);
        if (labels.sizes.length != 1) {
            throw new DataException(
                    "%s holds an array of rank %s, expected labels, of rank 1"
                            .formatted(labelFile, labels.sizes.length));
        }
        if (images.sizes[0] != labels.sizes[0]) {
            throw new DataException(
                    "%s holds %s images, %s %s labels"
                            .formatted(imageFile, images.sizes[0], labelFile, labels.sizes[0]));
        }
        if (images.sizes[0] == 0) {
            throw new DataException(imageFile + " holds no images");
        }
        boolean interleaved = ImageSize.isInterleaved(images.sizes);
        int[] classes = new int[labels.bytes.length];
        List<byte[]> pixels = new ArrayList<>(classes.length);
        for (int i = 0; i < classes.length; i++) {
            classes[i] = labels.bytes[i] & 0xff;
            int from = i * size.bytes();
            byte[] image = java.util.Arrays.copyOfRange(images.bytes, from, from + size.bytes());
            pixels.add(interleaved ? ImageGeometry.planar(image, size) : image);
        }
        return new Images.InMemory(size, pixels, new ClassLabels(classes));
    }

    /** An array of unsigned bytes as it lies in a file. */
    private static final class Block {
        private final int[] sizes;
        private final byte[] bytes;

        Block(int[] sizes, byte[] bytes) {
            this.sizes = sizes;
            this.bytes = bytes;
        }
    }

    private static Block block(Path file) {
        try (InputStream in = DataFiles.open(file)) {
            byte[] magic = DataFiles.read(in, 4, file, "an IDX header");
            if (magic[0] != 0 || magic[1] != 0 || magic[3] < 1 || magic[3] > 4) {
                throw new DataException(file + " is no IDX file of rank 1 to 4");
            }
            if (magic[2] != UNSIGNED_BYTE) {
                throw new DataException(
                        "%s holds elements of type 0x%02x, expected unsigned bytes, 0x08"
                                .formatted(file, magic[2]));
            }
            ByteBuffer header =
                    ByteBuffer.wrap(DataFiles.read(in, 4 * magic[3], file, "an IDX header"));
            int[] sizes = new int[magic[3]];
            long total = 1;
            for (int i = 0; i < sizes.length; i++) {
                sizes[i] = header.getInt();
                if (sizes[i] < 0 || (i > 0 && sizes[i] == 0)) {
                    throw new DataException(
                            file + " gives the size " + sizes[i] + " in its header");
                }
                total *= sizes[i];
                if (total > Integer.MAX_VALUE - 8) {
                    throw new DataException(file + " claims to hold more than 2 GiB");
                }
            }
            byte[] bytes = DataFiles.read(in, (int) total, file, "its content");
            if (in.read() >= 0) {
                throw new DataException(
                        file + " holds more than the " + total + " bytes it claims");
            }
            return new Block(sizes, bytes);
        } catch (IOException e) {
            throw DataFiles.unreadable(file, e);
        }
    }
}
