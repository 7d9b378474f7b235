package dev.espalier.internal.input;

import dev.espalier.core.DataException;
import dev.espalier.core.data.DataConfig.Format;
import dev.espalier.core.internal.file.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tells from the names of files how data is stored. */
public final class StoredFormat {
    /** Regular expressions for names of files; the first that fits one decides. */
    private static final Map<String, Format> BY_NAME = new LinkedHashMap<>();

    static {
        BY_NAME.put("(data_batch_\\d+|test_batch)\\.bin", Format.CIFAR10);
        BY_NAME.put("(train|t10k|test)-images.*", Format.IDX);
        BY_NAME.put(".*\\.npz", Format.NPZ);
        BY_NAME.put(".*\\.csv(\\.gz)?", Format.CSV);
    }

    private StoredFormat() {}

    /**
     * @return {@link Format#IMAGE_FOLDER} for a folder in which nothing else is found
     * @throws DataException where {@code data} is not there, or a file of an unknown kind
     */
    public static Format of(Path data) {
        List<String> names = names(data);
        for (Map.Entry<String, Format> known : BY_NAME.entrySet()) {
            if (names.stream().anyMatch(name -> name.matches(known.getKey()))) {
                return known.getValue();
            }
        }
        if (!Files.isDirectory(data)) {
            throw new DataException(
                    data
                            + " is neither a folder nor an npz or csv file; say what it is with"
                            + " --data-format");
        }
        return Format.IMAGE_FOLDER;
    }

    private static List<String> names(Path data) {
        if (!Files.exists(data)) {
            throw new DataException(data + ": there is no such file or folder");
        }
        if (!Files.isDirectory(data)) {
            return List.of(data.getFileName().toString());
        }
        try {
            return Disk.list(data).stream().map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new DataException(data + " cannot be read: " + e.getMessage(), e);
        }
    }
}
