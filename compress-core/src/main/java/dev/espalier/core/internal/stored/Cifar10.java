package dev.espalier.core.internal.stored;

import dev.espalier.core.DataException;
import dev.espalier.core.data.DataFiles;
import dev.espalier.core.internal.image.ImageSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the binary version of CIFAR-10: records of one label byte and 3072 pixel bytes, 32x32, all
 * of red before green before blue.
 */
final class Cifar10 {
    static final int CLASSES = 10;
    private static final ImageSize SIZE = new ImageSize(3, 32, 32);
    private static final int RECORD = 1 + 3 * 32 * 32;

    private Cifar10() {}

    /** What the files {@code data_batch_*.bin} of a folder hold, in the order of their names. */
    static Images training(Path folder) {
        List<Path> files = new ArrayList<>();
        try (var found = Files.newDirectoryStream(folder, "data_batch_*.bin")) {
            found.forEach(files::add);
        } catch (IOException e) {
            throw new DataException("the folder " + folder + " cannot be read: " + e, e);
        }
        if (files.isEmpty()) {
            throw new DataException(
                    folder
                            + " holds no data_batch_1.bin to data_batch_5.bin; expected CIFAR-10's"
                            + " binary version");
        }
        files.sort(null);
        return read(files);
    }

    static Images test(Path folder) {
        Path file = folder.resolve("test_batch.bin");
        if (!Files.isRegularFile(file)) {
            throw new DataException(
                    folder + " holds no test_batch.bin; expected CIFAR-10's binary version");
        }
        return read(List.of(file));
    }

    private static Images read(List<Path> files) {
        List<byte[]> pixels = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        for (Path file : files) {
            DataFiles.inMemory(
                    file,
                    () -> {
                        read(file, pixels, labels);
                        return file;
                    });
        }
        int[] classes = labels.stream().mapToInt(Integer::intValue).toArray();
        return new Images.InMemory(SIZE, pixels, new ClassLabels(classes));
    }

    /** Image by image: a whole file beside its images would take twice the memory. */
    private static void read(Path file, List<byte[]> pixels, List<Integer> labels) {
        try (InputStream in = DataFiles.open(file)) {
            long bytes = Files.size(file);
            if (bytes == 0 || bytes % RECORD != 0) {
                throw new DataException(
                        "%s has %s bytes, expected a multiple of %s; it is cut off or no CIFAR-10"
                                .formatted(file, bytes, RECORD));
            }
            for (long image = 0; image < bytes / RECORD; image++) {
                int label = in.read();
                if (label >= CLASSES) {
                    throw new DataException(
                            "%s: image %s has the label %s, expected 0 to 9"
                                    .formatted(file, image, label));
                }
                pixels.add(DataFiles.read(in, RECORD - 1, file, "image " + image));
                labels.add(label);
            }
        } catch (IOException e) {
            throw DataFiles.unreadable(file, e);
        }
    }
}
