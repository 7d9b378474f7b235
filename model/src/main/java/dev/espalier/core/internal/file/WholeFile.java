package dev.espalier.core.internal.file;

import dev.espalier.core.OutputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that appears as a whole or not at all, whatever happens: written beside its place under a
 * name of its own, forced to disk, moved there, and forced with its folder. After {@link #commit}
 * it survives a loss of power.
 */
public final class WholeFile implements AutoCloseable {
    private final Path target;
    private final Path temporary;
    private final FileChannel channel;

    /** Begins to write what {@link #commit} puts into the place of {@code target}. */
    public WholeFile(Path target) throws IOException {
        this.target = target.toAbsolutePath();
        this.temporary =
                this.target.resolveSibling(
                        "." + target.getFileName() + "." + Long.toHexString(System.nanoTime()));
        this.channel =
                FileChannel.open(
                        temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /** Writes {@code parts} as the whole of {@code file}, replacing one that is there. */
    public static void write(Path file, byte[]... parts) throws IOException {
        try (WholeFile whole = new WholeFile(file)) {
            for (byte[] part : parts) {
                ByteBuffer bytes = ByteBuffer.wrap(part);
                while (bytes.hasRemaining()) {
                    whole.channel.write(bytes);
                }
            }
            whole.commit();
        }
    }

    /**
     * What the names of files end with that a kill left before they were in their place, as a
     * regular expression.
     *
     * @param names regular expression of the files' own names
     */
    public static String leftovers(String names) {
        return "\\.(?:" + names + ")\\.[0-9a-f]+";
    }

    /** Takes the content. */
    public FileChannel channel() {
        return channel;
    }

    /** Puts the file into its place, replacing one that is there. */
    public void commit() throws IOException {
        channel.force(true);
        channel.close();
        Files.move(
                temporary,
                target,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        Disk.forceFolder(target.getParent());
    }

    /** Removes what was not committed. */
    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(temporary);
    }

    /** What to tell of a failure to write {@code path}. */
    public static OutputException failure(Path path, IOException e) {
        String reason = e.getMessage();
        if (e instanceof NoSuchFileException) {
            reason = "its folder does not exist";
        } else if (e instanceof AccessDeniedException) {
            reason = "no permission";
        } else if (e instanceof DirectoryNotEmptyException) {
            reason = "the folder is not empty";
        } else if (e instanceof NotDirectoryException) {
            reason = e.getMessage() + " is no folder";
        } else if (e instanceof FileSystemException f && f.getReason() != null) {
            reason = f.getReason();
        }
        return new OutputException("cannot write " + path + ": " + reason, e);
    }
}
