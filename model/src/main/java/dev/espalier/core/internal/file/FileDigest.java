package dev.espalier.core.internal.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file as it was written, to tell later whether it still is so.
 *
 * @param name without a folder
 * @param bytes how many it has
 * @param sha256 of them
 */
public record FileDigest(String name, long bytes, String sha256) {
    public FileDigest {
        // A list that names files elsewhere could have them read or deleted.
        if (name == null || name.isEmpty() || name.matches("\\.\\.?|.*[/\\\\\0].*")) {
            throw new IllegalArgumentException("no name of a file: " + name);
        }
        if (sha256 == null || !sha256.matches(Sha256.DIGITS)) {
            throw new IllegalArgumentException("no SHA-256 of " + name + ": " + sha256);
        }
    }

    public static FileDigest of(Path file) throws IOException {
        return new FileDigest(file.getFileName().toString(), Files.size(file), Sha256.of(file));
    }

    /** Whether the file of this name in {@code folder} is there and still has the same bytes. */
    public boolean isIn(Path folder) throws IOException {
        Path file = folder.resolve(name);
        return Disk.isFile(file) && Files.size(file) == bytes && Sha256.of(file).equals(sha256);
    }
}
