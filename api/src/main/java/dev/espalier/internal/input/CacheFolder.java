package dev.espalier.internal.input;

import dev.espalier.core.UserCache;
import dev.espalier.core.internal.file.ChecksummedFile;
import dev.espalier.core.internal.file.Disk;
import dev.espalier.core.pass.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What passes keep between runs, such as what calibration saw: one file each in the user's cache
 * folder, of which the least used go when there are many. Folders in it are others'. A folder that
 * cannot be written is no cache, and no error; what was damaged is not there.
 */
public final class CacheFolder implements Checkpoints {
    private static final int MOST_FILES = 64;

    private final Path folder;
    private final int mostFiles;

    CacheFolder(Path folder) {
        this(folder, MOST_FILES);
    }

    private CacheFolder(Path folder, int mostFiles) {
        this.folder = folder;
        this.mostFiles = mostFiles;
    }

    public static CacheFolder ofUser() {
        return new CacheFolder(UserCache.folder());
    }

    /** A folder in that of {@link #ofUser}, with as many files as {@code mostFiles}. */
    public static CacheFolder ofUser(String name, int mostFiles) {
        return new CacheFolder(UserCache.folder().resolve(name), mostFiles);
    }

    /** Where {@code name} lies, or would. */
    Path file(String name) {
        return folder.resolve(name);
    }

    /** Whether there is a file for {@code name}, damaged or not. */
    boolean holds(String name) {
        return Files.isRegularFile(file(name));
    }

    @Override
    public Optional<byte[]> read(String name) {
        Path file = folder.resolve(name);
        try {
            if (!Files.isRegularFile(file)) {
                return Optional.empty();
            }
            Optional<byte[]> content = ChecksummedFile.read(file, name);
            Files.setLastModifiedTime(file, FileTime.from(Clock.systemUTC().instant()));
            return content;
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public void write(String name, byte[] content) {
        try {
            Files.createDirectories(folder);
            ChecksummedFile.write(folder.resolve(name), name, content);
            removeLeastUsed();
        } catch (IOException e) {
            // What is not kept is computed again.
        }
    }

    private void removeLeastUsed() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path file : Disk.list(folder)) {
            if (Disk.isFile(file)) {
                files.add(file);
            }
        }
        files.sort(Comparator.comparing(CacheFolder::lastUsed).reversed());
        for (Path old : files.subList(Math.min(mostFiles, files.size()), files.size())) {
            Files.deleteIfExists(old);
        }
    }

    private static FileTime lastUsed(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }
}
