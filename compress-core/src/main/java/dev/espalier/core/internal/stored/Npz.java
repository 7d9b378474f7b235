package dev.espalier.core.internal.stored;

import dev.espalier.core.DataException;
import dev.espalier.core.data.DataFiles;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.Checksum;
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
            ZipNames.unlisted(file, zip)
                    .ifPresent(
                            name -> {
                                throw new DataException(
                                        "%s is damaged: its list of contents lacks '%s'"
                                                .formatted(file, name));
                            });
            for (ZipEntry entry : Collections.list(zip.entries())) {
                if (!entry.getName().endsWith(".npy")) {
                    continue;
                }
                String name = entry.getName().substring(0, entry.getName().length() - 4);
                String where = "array '" + name + "' of " + file;
                if (arrays.put(name, member(zip, entry, where)) != null) {
                    throw new DataException(where + " is there twice");
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

    /** Counts bytes and sums them up. */
    private static final class Tally implements Checksum {
        private final CRC32 sum = new CRC32();
        private long bytes;

        @Override
        public void update(int b) {
            sum.update(b);
            bytes++;
        }

        @Override
        public void update(byte[] read, int from, int count) {
            sum.update(read, from, count);
            bytes += count;
        }

        @Override
        public long getValue() {
            return sum.getValue();
        }

        @Override
        public void reset() {
            sum.reset();
            bytes = 0;
        }
    }

    /** One array, with its size and checksum, which ZipFile itself does not look at. */
    private static Npy member(ZipFile zip, ZipEntry entry, String where) {
        Tally tally = new Tally();
        try (InputStream in =
                new CheckedInputStream(
                        new BufferedInputStream(zip.getInputStream(entry), 1 << 16), tally)) {
            Npy array = Npy.read(in, where);
            if (tally.bytes != entry.getSize() || tally.getValue() != entry.getCrc()) {
                throw new DataException(
                        where + " is damaged: size or checksum is not the one in the archive");
            }
            return array;
        } catch (IOException e) {
            throw new DataException(where + " is damaged: " + DataFiles.reason(e), e);
        }
    }
}
