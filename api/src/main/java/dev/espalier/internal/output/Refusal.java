package dev.espalier.internal.output;

import dev.espalier.core.OutputException;
import dev.espalier.core.internal.file.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What to tell of a folder that is not ours to replace. */
final class Refusal {
    private Refusal() {}

    /**
     * Why {@code folder} may not be replaced, as a sentence; empty where it may, since it is not
     * there, is empty, or holds what a mark of ours lists and nothing else.
     */
    static Optional<String> of(Path folder, String kind) throws IOException {
        if (Files.isSymbolicLink(folder)) {
            return Optional.of(folder + " is a link; name the folder itself");
        }
        if (!Disk.exists(folder)) {
            return Optional.empty();
        }
        if (!Disk.isFolder(folder)) {
            return Optional.of(folder + " is a file; the output is a folder");
        }
        if (Disk.list(folder).isEmpty()) {
            return Optional.empty();
        }
        Optional<FolderMark> mark;
        try {
            mark = FolderMark.read(folder);
        } catch (OutputException e) {
            return Optional.of(e.getMessage());
        }
        if (mark.isEmpty() || !mark.get().kind().equals(kind)) {
            return Optional.of(
                    folder
                            + " holds files that do not carry Espalier's mark; move it away or name"
                            + " another folder with --out");
        }
        String name = folder.getFileName().toString();
        if (!mark.get().name().equals(name)) {
            return Optional.of(
                    "%s was written as '%s' and renamed since, so it is kept; name another folder with --out"
                            .formatted(folder, mark.get().name()));
        }
        return mark.get()
                .stranger(folder)
                .map(
                        file ->
                                "%s holds %s, which is not as Espalier wrote it; move that away or name another folder with --out"
                                        .formatted(folder, file));
    }
}
