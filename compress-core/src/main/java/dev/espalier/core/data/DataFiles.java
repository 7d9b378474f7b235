package dev.espalier.core.data;

import dev.espalier.core.DataException;
import dev.espalier.core.internal.file.Disk;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;

/** Reads the files of a dataset, with errors that name them. */
public final class DataFiles {
    private DataFiles() {}

    public static byte[] readAll(Path file) {
        try {
            long size = Files.size(file);
            if (size > Integer.MAX_VALUE - 8) {
                throw new DataException(file + " has " + size + " bytes, more than 2 GiB");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** The content of a file, unpacked where its name ends in {@code .gz}. */
    public static InputStream open(Path file) {
        try {
            InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
            try {
                return file.toString().endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : in;
            } catch (IOException e) {
                in.close();
                throw e;
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Exactly {@code count} bytes. They are allocated as they come, not as a header promises. */
    public static byte[] read(InputStream in, int count, Path file, String what)
            throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new DataException(
                    "%s is cut off: %s needs %s bytes, %s are left"
                            .formatted(file, what, count, bytes.length));
        }
        return bytes;
    }

    /**
     * What {@code reading} gives.
     *
     * @throws DataException where memory does not suffice; it names the file
     */
    public static <T> T inMemory(Path file, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (OutOfMemoryError e) {
            throw new DataException(
                    "%s does not fit into the memory of %s MiB; make it smaller, or start with more, for example ESPALIER_JAVA_OPTS=-Xmx8g"
                            .formatted(file, Runtime.getRuntime().maxMemory() >> 20),
                    e);
        }
    }

    /** Whether a file is there; see {@link #checkLink}. */
    public static boolean isFile(Path path) {
        checkLink(path);
        return find(path).filter(BasicFileAttributes::isRegularFile).isPresent();
    }

    /** Whether a folder is there; see {@link #checkLink}. */
    public static boolean isFolder(Path path) {
        checkLink(path);
        return find(path).filter(BasicFileAttributes::isDirectory).isPresent();
    }

    private static Optional<BasicFileAttributes> find(Path path) {
        try {
            return Disk.find(path);
        } catch (IOException e) {
            throw new DataException(path + " cannot be read: " + reason(e), e);
        }
    }

    /**
     * Refuses a link that leads nowhere: taken for an absent file, its examples would be left out
     * in silence.
     */
    public static void checkLink(Path path) {
        if (Files.isSymbolicLink(path) && !Files.exists(path)) {
            throw new DataException(path + " is a link that leads nowhere; mend or remove it");
        }
    }

    public static DataException unreadable(Path file, IOException e) {
        return new DataException(
                Files.exists(file)
                        ? file + " cannot be read: " + reason(e)
                        : file + ": there is no such file",
                e);
    }

    public static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** The folder itself. */
    public static Path folder(Path folder, String expected) {
        if (!Files.exists(folder)) {
            throw new DataException(folder + ": there is no such folder; expected " + expected);
        }
        if (!Files.isDirectory(folder)) {
            throw new DataException(folder + " is no folder; expected " + expected);
        }
        return folder;
    }
}
