package dev.espalier.internal.output;

import dev.espalier.core.OutputException;
import dev.espalier.core.internal.file.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a result takes the place of the one before: in two moves, with a {@link Journal} around them,
 * so that after a kill at any moment the next start finds one of the two; see {@link Recovery}.
 */
final class Publication {
    private final OutputPlace place;

    Publication(OutputPlace place) {
        this.place = place;
    }

    /** One change on disk; a kill comes before or after it. */
    interface Step {
        void run() throws IOException;
    }

    /** What publishes the result that {@code run} gathered, in order. */
    List<Step> steps(String run) {
        return List.of(
                () -> mark(run),
                () -> begin(run),
                this::moveOldAway,
                () -> Disk.move(place.result(), place.target()),
                () -> Journal.delete(place),
                () -> new Recovery(place).removeOld());
    }

    private void mark(String run) throws IOException {
        for (Path file : Disk.list(place.result())) {
            if (!OwnFiles.isResult(file)) {
                throw new OutputException(file + " is not a file that Espalier wrote");
            }
        }
        FolderMark.write(place.result(), FolderMark.RESULT, place.name(), run);
    }

    private void begin(String run) throws IOException {
        requireReplaceable();
        String before = FolderMark.read(place.target()).map(FolderMark::run).orElse("");
        new Journal(before, run).write(place);
    }

    private void moveOldAway() throws IOException {
        Journal journal = Journal.read(place).orElseThrow();
        if (!Disk.exists(place.target())) {
            return;
        }
        if (journal.before().isEmpty()) {
            // There was an empty folder or none; this fails where somebody put something into it.
            Files.delete(place.target());
            return;
        }
        Path old = place.old(journal.before());
        Disk.move(place.target(), old);
        // Somebody may have put a file into it between the look and the move.
        if (!FolderMark.isUntouched(old)) {
            Disk.move(old, place.target());
            Journal.delete(place);
            requireReplaceable();
        }
    }

    /**
     * @throws OutputException where the output is not ours to replace
     */
    void requireReplaceable() throws IOException {
        Optional<String> refusal = Refusal.of(place.target(), FolderMark.RESULT);
        if (refusal.isPresent()) {
            throw new OutputException(refusal.get());
        }
    }
}
