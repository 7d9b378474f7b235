package dev.espalier.cli;

import dev.espalier.core.CompressionException;
import dev.espalier.core.OutputException;
import dev.espalier.core.report.ReportJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a result takes the place of the one before: in two moves, with a journal around them, so that
 * after a kill at any moment the next start finds one of the two and puts it into place.
 */
final class Publication {
    private final OutputPlace place;

    Publication(OutputPlace place) {
        this.place = place;
    }

    /**
     * What is under way.
     *
     * @param before identity of the result that is replaced, empty without one
     * @param after identity of the result that takes its place
     */
    record Journal(String before, String after) {}

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
                () -> Disk.delete(place.journal()),
                this::removeOld);
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
        Disk.write(place.journal(), ReportJson.write(new Journal(before, run)));
    }

    private void moveOldAway() throws IOException {
        Journal journal = journal().orElseThrow();
        if (!exists(place.target())) {
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
        if (!isUntouched(old)) {
            Disk.move(old, place.target());
            Disk.delete(place.journal());
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

    /** Whether one result is on its way into the place of another. */
    boolean isUnderWay() {
        return exists(place.journal());
    }

    /**
     * Ends what a killed run began: the new result is in place, or the old one again.
     *
     * @throws OutputException where somebody else made the output meanwhile
     */
    void recover() throws IOException {
        Optional<Journal> journal = journal();
        if (journal.isPresent()) {
            finish(journal.get());
            Disk.delete(place.journal());
        }
        removeOld();
    }

    private void finish(Journal journal) throws IOException {
        Path old = place.old(journal.before());
        boolean hasOld = !journal.before().isEmpty() && isResult(old, journal.before());
        if (exists(place.target())) {
            if (hasOld && !isResult(place.target(), journal.after())) {
                throw new OutputException(
                        "%s was made by somebody else while a result was being replaced, which is kept in %s; move one of them away"
                                .formatted(place.target(), old));
            }
        } else if (exists(old) && !isUntouched(old)) {
            // A file of somebody else is better where its owner looks for it.
            Disk.move(old, place.target());
        } else if (!moveNew(journal.after(), hasOld) && hasOld) {
            Disk.move(old, place.target());
        }
    }

    private static boolean isUntouched(Path old) throws IOException {
        try {
            Optional<FolderMark> mark = FolderMark.read(old);
            return mark.isPresent() && mark.get().stranger(old).isEmpty();
        } catch (OutputException e) {
            return false;
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

    private boolean isResult(Path folder, String run) {
        return FolderMark.isOf(folder, FolderMark.RESULT, place.name(), run);
    }

    private Optional<Journal> journal() {
        if (!isUnderWay()) {
            return Optional.empty();
        }
        try {
            return Optional.of(ReportJson.read(Files.readString(place.journal()), Journal.class));
        } catch (IOException | CompressionException e) {
            throw new OutputException(
                    place.journal()
                            + " is damaged; of the folders beside it, those named result and old-*"
                            + " may hold results: move them away, then delete "
                            + place.home(),
                    e);
        }
    }

    /** What cannot be removed now can be when the next run starts. */
    private void removeOld() {
        try {
            for (Path folder : Disk.list(place.home())) {
                Optional<FolderMark> mark = old(folder);
                if (mark.isPresent()) {
                    mark.get().remove(folder);
                } else if (OutputPlace.isOld(folder)) {
                    Disk.removeEmpty(folder);
                }
            }
        } catch (IOException e) {
            // The result is in place, which is what counts.
        }
    }

    private Optional<FolderMark> old(Path folder) throws IOException {
        try {
            return FolderMark.read(folder)
                    .filter(mark -> folder.equals(place.old(mark.run())))
                    .filter(mark -> isResult(folder, mark.run()));
        } catch (OutputException e) {
            return Optional.empty();
        }
    }

    private static boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }
}
