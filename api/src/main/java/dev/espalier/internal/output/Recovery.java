package dev.espalier.internal.output;

import dev.espalier.core.OutputException;
import dev.espalier.core.internal.file.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Ends a {@link Publication} that was cut short.
 *
 * @param place where it was
 */
record Recovery(OutputPlace place) {
    /**
     * Afterwards the new result is in place, or the old one again.
     *
     * @throws OutputException where somebody else made the output meanwhile
     */
    void run() throws IOException {
        Optional<Journal> journal = Journal.read(place);
        if (journal.isPresent()) {
            finish(journal.get());
            Journal.delete(place);
        }
        removeOld();
    }

    private void finish(Journal journal) throws IOException {
        Path old = place.old(journal.before());
        boolean hasOld = !journal.before().isEmpty() && isResult(old, journal.before());
        if (Disk.exists(place.target())) {
            if (hasOld && !isResult(place.target(), journal.after())) {
                throw new OutputException(
                        "%s was made by somebody else while a result was being replaced, which is kept in %s; move one of them away"
                                .formatted(place.target(), old));
            }
        } else if (Disk.exists(old) && !FolderMark.isUntouched(old)) {
            // A file of somebody else is better where its owner looks for it.
            Disk.move(old, place.target());
        } else if (!moveNew(journal.after(), hasOld) && hasOld) {
            Disk.move(old, place.target());
        }
    }

    private boolean moveNew(String after, boolean hasOld) throws IOException {
        Path result = place.result();
        if (!isResult(result, after) || !FolderMark.read(result).orElseThrow().isWhole(result)) {
            return false;
        }
        try {
            Disk.move(result, place.target());
            return true;
        } catch (IOException e) {
            if (hasOld) {
                return false;
            }
            throw e;
        }
    }

    private boolean isResult(Path folder, String run) throws IOException {
        return FolderMark.isOf(folder, FolderMark.RESULT, place.name(), run);
    }

    /** Removes results that others took the place of, and what kills left. */
    void removeOld() {
        try {
            if (!Disk.exists(place.target())) {
                // Nothing that may be the only copy goes.
                return;
            }
            OwnFiles.removeLeftovers(place.home());
            for (Path folder : Disk.list(place.home())) {
                Optional<FolderMark> mark = old(folder);
                if (mark.isPresent()) {
                    mark.get().remove(folder);
                } else if (OutputPlace.isOld(folder)) {
                    Disk.removeEmpty(folder);
                }
            }
        } catch (IOException e) {
            // The result is in place, which is what counts; the next start tries again.
        }
    }

    private Optional<FolderMark> old(Path folder) throws IOException {
        try {
            return FolderMark.read(folder)
                    .filter(mark -> folder.equals(place.old(mark.run())))
                    .filter(mark -> mark.isOf(FolderMark.RESULT, place.name()));
        } catch (OutputException e) {
            return Optional.empty();
        }
    }
}
