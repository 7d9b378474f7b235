package dev.espalier.cli;

import dev.espalier.core.UserCache;
import dev.espalier.core.pass.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What passes keep between runs, such as what calibration saw: one file each in the user's cache
 * folder, of which the least used go when there are many. Folders in it are others'. A folder that
 * cannot be written is no cache, and no error.
 */
final class CacheFolder implements Checkpoints {
    private static final int MOST_FILES = 64;

    private final Path folder;

    CacheFolder(Path folder) {
        this.folder = folder;
    }

    static CacheFolder ofUser() {
        return new CacheFolder(UserCache.folder());
    }

    @Override
    public Optional<byte[]> read(String name) {
        Path file = folder.resolve(name);
        try {
            if (!Files.isRegularFile(file)) {
                return Optional.empty();
            }
            byte[] content = Files.readAllBytes(file);
            Files.setLastModifiedTime(file, FileTime.from(Clock.systemUTC().instant()));
            return Optional.of(content);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public void write(String name, byte[] content) {
        try {
            Files.createDirectories(folder);
            Path written = Files.createTempFile(folder, name, ".part");
            try {
                Files.write(written, content);
                Files.move(written, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(written);
            }
            removeLeastUsed();
        } catch (IOException e) {
            // What is not kept is computed again.
        }
    }

    private void removeLeastUsed() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files =
                    all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                            .sorted(Comparator.comparing(CacheFolder::lastUsed).reversed())
                            .toList();
        }
        for (Path old : files.subList(Math.min(MOST_FILES, files.size()), files.size())) {
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
