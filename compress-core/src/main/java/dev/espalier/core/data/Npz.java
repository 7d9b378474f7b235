package dev.espalier.core.data;

import dev.espalier.core.DataException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Reads NumPy's npz format: a zip file of arrays in npy format. */
final class Npz {
    private Npz() {}

    /** The arrays by name, in the file's order. */
    static Map<String, Npy> read(Path file) {
        Map<String, Npy> arrays = new LinkedHashMap<>();
        if (!Files.isRegularFile(file)) {
            throw new DataException(
                    file + ": there is no such file; expected arrays in npz format");
        }
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                if (!entry.getName().endsWith(".npy")) {
                    continue;
                }
                String name = entry.getName().substring(0, entry.getName().length() - 4);
                try (InputStream in = new BufferedInputStream(zip.getInputStream(entry), 1 << 16)) {
                    arrays.put(name, Npy.read(in, "array '" + name + "' of " + file));
                }
            }
        } catch (IOException e) {
            throw DataFiles.unreadable(file, e);
        } catch (IllegalArgumentException e) {
            // What ZipFile makes of entry names that are no text.
            throw new DataException(file + " is no npz file: " + e.getMessage(), e);
        }
        return arrays;
    }
}
