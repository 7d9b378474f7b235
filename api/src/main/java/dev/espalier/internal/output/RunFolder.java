package dev.espalier.internal.output;

import dev.espalier.core.OutputException;
import dev.espalier.core.internal.file.Disk;
import dev.espalier.core.internal.file.WholeFile;
import dev.espalier.core.pass.Reproducer;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Path;
import java.util.UUID;

/**
 * The output folder while it is being made. Everything is written into a hidden sibling, {@code
 * .NAME.espalier}, and moved into place at the end, so that a kill at any moment leaves the old
 * folder or the new one. What finished passes left there survives, for {@code --resume}. Nothing is
 * moved or deleted that does not carry a {@link FolderMark}, or is not listed by it.
 */
public final class RunFolder implements AutoCloseable {
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
    public static RunFolder open(Path out) {
        OutputPlace place = OutputPlace.of(out);
        Publication publication = new Publication(place);
        try {
            if (!Disk.exists(place.home())) {
                // Nobody works here; so what is refused is refused without leaving a trace.
                publication.requireReplaceable();
            }
            OutputLock lock = OutputLock.take(place);
            try {
                new Recovery(place).run();
                publication.requireReplaceable();
                Disk.makeFolder(place.work());
                return new RunFolder(place, lock, publication);
            } catch (IOException | OutputException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw WholeFile.failure(out, e);
        }
    }

    /** Where the work of unfinished runs is kept. */
    public Path work() {
        return place.work();
    }

    /** Where a failed proof leaves what it failed on; outlives the run. */
    public Reproducer reproducer() {
        return new ReproducerFolder(place.reproducer(), run);
    }

    /** Where the files of the result are gathered; empty at first. */
    public Path result() {
        Path result = place.result();
        try {
            OwnFiles.removeResult(result);
            Disk.makeFolder(result);
            if (!Disk.list(result).isEmpty()) {
                throw new DirectoryNotEmptyException(result.toString());
            }
            return result;
        } catch (IOException e) {
            throw WholeFile.failure(result, e);
        }
    }

    /** Forgets what unfinished runs left. */
    void clear() {
        try {
            OwnFiles.removeWork(place.work());
            Disk.makeFolder(place.work());
        } catch (IOException e) {
            throw WholeFile.failure(place.work(), e);
        }
    }

    /** Moves the result into place. */
    public void publish() {
        try {
            for (Publication.Step step : publication.steps(run)) {
                step.run();
            }
            published = true;
        } catch (OutputException e) {
            throw new OutputException(
                    e.getMessage() + "; the same command with --resume then goes on from there", e);
        } catch (IOException e) {
            OutputException failure = WholeFile.failure(place.target(), e);
            try {
                new Recovery(place).run();
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
                if (!Journal.exists(place)) {
                    OwnFiles.removeResult(place.result());
                }
                if (published || !OwnFiles.isResumable(place.work())) {
                    OwnFiles.removeWork(place.work());
                }
            } finally {
                lock.close();
            }
        } catch (IOException e) {
            throw WholeFile.failure(place.home(), e);
        }
    }
}
