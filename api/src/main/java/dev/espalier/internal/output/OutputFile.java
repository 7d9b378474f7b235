package dev.espalier.internal.output;

import dev.espalier.core.OutputException;
import dev.espalier.core.internal.file.Disk;
import dev.espalier.core.internal.file.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** A file that is written as a whole or not at all. */
public final class OutputFile {
    private OutputFile() {}

    /**
     * Refuses a file that cannot be written anew, before any work is done for it.
     *
     * @throws OutputException where it is there already, or its folder is not
     */
    public static void requireNew(Path file) {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new OutputException(file + " is there already; name another file");
        }
        Path folder = file.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) {
            throw new OutputException("cannot write " + file + ": there is no folder " + folder);
        }
    }

    /**
     * Writes a file that a command was asked for.
     *
     * @throws OutputException where it is there already or cannot be written
     */
    public static void writeNew(Path file, byte[] content) {
        requireNew(file);
        write(file, content);
    }

    public static void writeNew(Path file, String text) {
        writeNew(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Writes a file and makes its folder, replacing a file that is there.
     *
     * @throws OutputException where it cannot be written
     */
    public static void write(Path file, byte[] content) {
        try {
            Disk.makeFolders(file.toAbsolutePath().getParent());
            WholeFile.write(file, content);
        } catch (IOException e) {
            throw WholeFile.failure(file, e);
        }
    }

    public static void write(Path file, String text) {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }
}
