package dev.espalier.cli;

import dev.espalier.core.OutputException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The output folder while it is being made. Everything is written into a sibling, {@code
 * NAME.partial}, and moved into place at the end, so that a kill at any moment leaves the old
 * folder or the new one. What finished passes left there survives, for {@code --resume}.
 */
final class RunFolder implements AutoCloseable {
    private static final String LOCK = "lock";
    private static final String RESULT = "result";

    /** A folder that holds this was written by us and may be replaced. */
    private static final String SIGN = "report.json";

    private final Path target;
    private final Path partial;
    private final FileChannel lockChannel;
    private final FileLock lock;
    private boolean published;

    private RunFolder(Path target, Path partial, FileChannel lockChannel, FileLock lock) {
        this.target = target;
        this.partial = partial;
        this.lockChannel = lockChannel;
        this.lock = lock;
    }

    /**
     * Takes hold of {@code out}; nothing is changed there yet.
     *
     * @throws OutputException where it cannot be written, holds foreign files, or another process
     *     works on it
     */
    static RunFolder open(Path out) {
        Path target = out.toAbsolutePath().normalize();
        if (target.getFileName() == null) {
            throw new OutputException(out + " cannot be replaced; name a folder below it");
        }
        Path partial = sibling(target, ".partial");
        try {
            Files.createDirectories(target.getParent());
            restore(target);
            requireOurs(target);
            Files.createDirectories(partial);
            FileChannel channel =
                    FileChannel.open(
                            partial.resolve(LOCK),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new OutputException(
                        "another run is writing " + out + "; wait for it or name another folder");
            }
            return new RunFolder(target, partial, channel, lock);
        } catch (IOException e) {
            throw failed(out, e);
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static Path sibling(Path target, String suffix) {
        return target.resolveSibling(target.getFileName() + suffix);
    }

    /** Puts the old folder back where a kill came between the two moves of {@link #publish}. */
    private static void restore(Path target) throws IOException {
        Path old = sibling(target, ".old");
        if (Files.isDirectory(old) && Files.exists(old.resolve(SIGN))) {
            if (Files.exists(target)) {
                delete(old);
            } else {
                Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }

    private static void requireOurs(Path target) throws IOException {
        if (!Files.exists(target)) {
            return;
        }
        if (!Files.isDirectory(target)) {
            throw new OutputException(target + " is a file; the output is a folder");
        }
        try (Stream<Path> content = Files.list(target)) {
            if (content.findAny().isPresent() && !Files.exists(target.resolve(SIGN))) {
                throw new OutputException(
                        target + " holds files of somebody else; name a new folder with --out");
            }
        }
    }

    /** Where the work of unfinished runs is kept. */
    Path partial() {
        return partial;
    }

    /** Where a failed proof leaves what it failed on; outlives the run. */
    Path reproducer() {
        return sibling(target, ".reproducer");
    }

    /** Where the files of the result are gathered; empty at first. */
    Path result() {
        Path result = partial.resolve(RESULT);
        try {
            delete(result);
            return Files.createDirectories(result);
        } catch (IOException e) {
            throw failed(result, e);
        }
    }

    /** Forgets what unfinished runs left. */
    void clear() {
        try (Stream<Path> content = Files.list(partial)) {
            for (Path path : content.toList()) {
                if (!path.getFileName().toString().equals(LOCK)) {
                    delete(path);
                }
            }
        } catch (IOException e) {
            throw failed(partial, e);
        }
    }

    /** Moves the result into place. */
    void publish() {
        Path old = sibling(target, ".old");
        try {
            delete(old);
            if (Files.exists(target)) {
                Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(partial.resolve(RESULT), target, StandardCopyOption.ATOMIC_MOVE);
            published = true;
            delete(old);
        } catch (IOException e) {
            throw failed(target, e);
        }
    }

    /** Gives the folder back; what a later run can use stays, the rest goes. */
    @Override
    public void close() {
        try {
            delete(partial.resolve(RESULT));
            lock.release();
            lockChannel.close();
            if (published || !isResumable()) {
                delete(partial);
            }
        } catch (IOException e) {
            throw failed(partial, e);
        }
    }

    private boolean isResumable() throws IOException {
        try (Stream<Path> content = Files.list(partial)) {
            return content.anyMatch(path -> path.getFileName().toString().startsWith("step-"));
        }
    }

    /** Writes a whole file or none. */
    static void write(Path file, byte[] content) {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            Files.createDirectories(file.getParent());
            Files.write(temporary, content);
            Files.move(
                    temporary,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw without(temporary, failed(file, e));
        }
    }

    static void write(Path file, String content) {
        write(file, content.getBytes(StandardCharsets.UTF_8));
    }

    static void delete(Path path) throws IOException {
        if (!Files.exists(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(path)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : deepestFirst) {
            Files.deleteIfExists(each);
        }
    }

    /** {@code e}, after what its failure left half-written is gone. */
    static OutputException without(Path rest, OutputException e) {
        try {
            delete(rest);
        } catch (IOException second) {
            e.addSuppressed(second);
        }
        return e;
    }

    /** What to tell of a failure to write {@code path}. */
    static OutputException failed(Path path, IOException e) {
        String reason =
                e instanceof DirectoryNotEmptyException
                        ? "the folder is not empty"
                        : e instanceof FileSystemException f && f.getReason() != null
                                ? f.getReason()
                                : e.getMessage();
        return new OutputException("cannot write " + path + ": " + reason, e);
    }
}
