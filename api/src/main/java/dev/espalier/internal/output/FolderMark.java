package dev.espalier.internal.output;

import dev.espalier.core.CompressionException;
import dev.espalier.core.OutputException;
import dev.espalier.core.internal.file.Disk;
import dev.espalier.core.internal.file.FileDigest;
import dev.espalier.core.internal.file.WholeFile;
import dev.espalier.core.report.ReportJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What Espalier writes into a folder that it made, to know it again: nothing else may be moved or
 * deleted, since it may be somebody's only copy.
 *
 * @param version of this form
 * @param kind what the folder holds
 * @param name of the folder; a folder that was renamed since is somebody's to keep
 * @param run identity of the run that wrote it
 * @param files all that were written beside the mark
 */
public record FolderMark(
        int version, String kind, String name, String run, List<FileDigest> files) {
    static final String FILE = ".espalier";
    static final String RESULT = "result";
    static final String REPRODUCER = "reproducer";

    private static final int VERSION = 2;
    private static final String IDENTITY = "[0-9a-f-]{36}";

    public FolderMark {
        if (version != VERSION || !run.matches(IDENTITY)) {
            throw new IllegalArgumentException("a mark of another version");
        }
        files = List.copyOf(files);
    }

    /** Lists what {@code folder} holds, which is on disk, and writes the mark there too. */
    static void write(Path folder, String kind, String name, String run) throws IOException {
        List<FileDigest> files = new ArrayList<>();
        for (Path file : Disk.list(folder)) {
            if (!Disk.isFile(file)) {
                throw new OutputException(file + " is not a file that Espalier wrote");
            }
            files.add(FileDigest.of(file));
        }
        FolderMark mark = new FolderMark(VERSION, kind, name, run, files);
        WholeFile.write(
                folder.resolve(FILE), ReportJson.write(mark).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The mark of {@code folder}; empty where it has none.
     *
     * @throws OutputException where it is damaged, or another version's
     * @throws IOException where it cannot be read, which says nothing about the folder
     */
    static Optional<FolderMark> read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Disk.isFolder(folder) || !Disk.exists(file)) {
            return Optional.empty();
        }
        if (!Disk.isFile(file)) {
            throw new OutputException(unreadable(file));
        }
        // Bytes that are no text become other text, and that no JSON or no hash of a file.
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        try {
            return Optional.of(ReportJson.read(text, FolderMark.class));
        } catch (CompressionException e) {
            throw new OutputException(unreadable(file), e);
        }
    }

    private static String unreadable(Path file) {
        return file
                + " cannot be read as Espalier's mark, so nothing beside it is touched; move that"
                + " folder away or name another one with --out";
    }

    /** Whether {@code folder} is the one that {@code expected} wrote as {@code name}. */
    static boolean isOf(Path folder, String kind, String name, String expected) throws IOException {
        try {
            return read(folder)
                    .filter(mark -> mark.isOf(kind, name) && mark.run.equals(expected))
                    .isPresent();
        } catch (OutputException e) {
            return false;
        }
    }

    /** Whether the folder was written as {@code wantedName} and holds such a thing. */
    boolean isOf(String wantedKind, String wantedName) {
        return kind.equals(wantedKind) && name.equals(wantedName);
    }

    /** Whether {@code folder} holds what its mark lists and nothing else, all as it was written. */
    public static boolean isUntouched(Path folder) throws IOException {
        try {
            Optional<FolderMark> mark = read(folder);
            return mark.isPresent() && mark.get().stranger(folder).isEmpty();
        } catch (OutputException e) {
            return false;
        }
    }

    /** Something in {@code folder} that the mark does not list, or that was changed since. */
    Optional<String> stranger(Path folder) throws IOException {
        Map<String, FileDigest> listed = new HashMap<>();
        files.forEach(file -> listed.put(file.name(), file));
        for (Path path : Disk.list(folder)) {
            String name = path.getFileName().toString();
            FileDigest digest = listed.get(name);
            boolean isMark = name.equals(FILE) && Disk.isFile(path);
            if (!isMark && (digest == null || !digest.isIn(folder))) {
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }

    /** Whether {@code folder} has all the files as they were written. */
    boolean isWhole(Path folder) throws IOException {
        for (FileDigest file : files) {
            if (!file.isIn(folder)) {
                return false;
            }
        }
        return true;
    }

    /** Deletes what the mark lists, and the folder if nothing else is in it. */
    void remove(Path folder) throws IOException {
        for (FileDigest file : files) {
            if (file.isIn(folder)) {
                Files.delete(folder.resolve(file.name()));
            }
        }
        // The mark goes last, and only when the others are gone for sure: without it the next start
        // would not know what is left.
        Disk.forceFolder(folder);
        if (Disk.list(folder).equals(List.of(folder.resolve(FILE)))) {
            Files.delete(folder.resolve(FILE));
            Disk.removeEmpty(folder);
        }
    }
}
