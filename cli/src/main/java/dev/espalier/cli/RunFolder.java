package dev.espalier.cli;

import dev.espalier.core.OutputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * The output folder while it is being made. Everything is written into a hidden sibling, {@code
 * .NAME.espalier}, and moved into place at the end, so that a kill at any moment leaves the old
 * folder or the new one. What finished passes left there survives, for {@code --resume}. Nothing is
 * moved or deleted that does not carry a {@link FolderMark}, or is not listed by it.
 */
final class RunFolder implements AutoCloseable {
    private final OutputPlace place;
    private final OutputLock lock;
    private final Publication publication;
    private final String run = UUID.randomUUID().toString();
    private boolean published;

    private RunFolder(OutputPlace place, OutputLock lock, Publication publication) {
        this.place = place;
        this.lock = lock;
        this.publication = publication;
    }

    /**
     * Takes hold of {@code out} and ends what a killed run began there.
     *
     * @throws OutputException where it cannot be written, holds what is not ours to replace, or
     *     another run works on it
     */
    static RunFolder open(Path out) {
        OutputPlace place = OutputPlace.of(out);
        Publication publication = new Publication(place);
        try {
            if (!Files.exists(place.home(), LinkOption.NOFOLLOW_LINKS)) {
                // Nobody works here; so what is refused is refused without leaving a trace.
                publication.requireReplaceable();
            }
            OutputLock lock = OutputLock.take(place);
            try {
                publication.recover();
                publication.requireReplaceable();
                Disk.makeFolder(place.work());
                return new RunFolder(place, lock, publication);
            } catch (IOException | OutputException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw failed(out, e);
        }
    }

    /** Where the work of unfinished runs is kept. */
    Path work() {
        return place.work();
    }

    /** Where a failed proof leaves what it failed on; outlives the run. */
    ReproducerFolder reproducer() {
        return new ReproducerFolder(place.reproducer(), run);
    }

    /** Where the files of the result are gathered; empty at first. */
    Path result() {
        Path result = place.result();
        try {
            OwnFiles.removeResult(result);
            Disk.makeFolder(result);
            if (!Disk.list(result).isEmpty()) {
                throw new DirectoryNotEmptyException(result.toString());
            }
            return result;
        } catch (IOException e) {
            throw failed(result, e);
        }
    }

    /** Forgets what unfinished runs left. */
    void clear() {
        try {
            OwnFiles.removeWork(place.work());
            Disk.makeFolder(place.work());
        } catch (IOException e) {
            throw failed(place.work(), e);
        }
    }

    /** Moves the result into place. */
    void publish() {
        try {
            for (Publication.Step step : publication.steps(run)) {
                step.run();
            }
            published = true;
        } catch (OutputException e) {
            throw new OutputException(
                    e.getMessage() + "; the same command with --resume then goes on from there", e);
        } catch (IOException e) {
            OutputException failure = failed(place.target(), e);
            try {
                publication.recover();
            } catch (IOException | OutputException second) {
                failure.addSuppressed(second);
            }
            throw failure;
        }
    }

    /** Gives the folder back; what a later run can use stays, the rest goes. */
    @Override
    public void close() {
        try {
            try {
                if (!publication.isUnderWay()) {
                    OwnFiles.removeResult(place.result());
                }
                if (published || !OwnFiles.isResumable(place.work())) {
                    OwnFiles.removeWork(place.work());
                }
            } finally {
                lock.close();
            }
        } catch (IOException e) {
            throw failed(place.home(), e);
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
            OutputException failure = failed(file, e);
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException second) {
                failure.addSuppressed(second);
            }
            throw failure;
        }
    }

    static void write(Path file, String content) {
        write(file, content.getBytes(StandardCharsets.UTF_8));
    }

    /** What to tell of a failure to write {@code path}. */
    static OutputException failed(Path path, IOException e) {
        String reason =
                e instanceof DirectoryNotEmptyException
                        ? "the folder is not empty"
                        : e instanceof NotDirectoryException
                                ? e.getMessage() + " is no folder"
                                : e instanceof FileSystemException f && f.getReason() != null
                                        ? f.getReason()
                                        : e.getMessage();
        return new OutputException("cannot write " + path + ": " + reason, e);
    }
}
