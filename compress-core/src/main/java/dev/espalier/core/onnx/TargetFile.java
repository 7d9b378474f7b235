package dev.espalier.core.onnx;

import dev.espalier.core.OutputException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file that appears as a whole or not at all: written beside its place, then moved there. */
final class TargetFile implements AutoCloseable {
    private final Path target;
    private final Path temporary;
    private final FileChannel channel;

    TargetFile(Path target) {
        this.target = target;
        this.temporary =
                target.resolveSibling(
                        "." + target.getFileName() + "." + Long.toHexString(System.nanoTime()));
        try {
            channel =
                    FileChannel.open(
                            temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw failure(target, e);
        }
    }

    FileChannel channel() {
        return channel;
    }

    /** Puts the file into its place, replacing one that is there. */
    void commit() throws IOException {
        channel.force(false);
        channel.close();
        Files.move(
                temporary,
                target,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** Removes what was not committed. */
    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(temporary);
    }

    static OutputException failure(Path target, IOException e) {
        String reason =
                e instanceof NoSuchFileException
                        ? "its folder does not exist"
                        : e instanceof AccessDeniedException
                                ? "no permission"
                                : String.valueOf(e.getMessage());
        return new OutputException("'" + target + "' cannot be written: " + reason, e);
    }
}
