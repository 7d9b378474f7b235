package dev.espalier.internal.input;

import dev.espalier.core.DataException;
import dev.espalier.core.internal.file.Disk;
import dev.espalier.core.internal.file.Sha256;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.input.ModelFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.List;

/** SHA-256 of files, as hexadecimal digits. */
public final class Fingerprint {
    /** Of larger data only the names, sizes and beginnings count, or hashing takes minutes. */
    private static final long MOST_BYTES = 1L << 30;

    private static final int BEGINNING = 4096;

    private Fingerprint() {}

    /** Of a model's file; where weights lie in other files, of the hashes of all of them. */
    public static String of(ModelFile model) {
        List<Path> weights = OnnxReader.externalFiles(model.model());
        if (weights.isEmpty()) {
            return of(model.path());
        }
        StringBuilder hashes = new StringBuilder(of(model.path()));
        weights.forEach(file -> hashes.append('\n').append(of(file)));
        return Sha256.of(hashes.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Of a file, or of a folder's files with their names. */
    public static String of(Path path) {
        try {
            if (!Files.readAttributes(path, BasicFileAttributes.class).isDirectory()) {
                return Sha256.of(path);
            }
            MessageDigest digest = Sha256.digest();
            List<Path> files = Disk.filesBelow(path);
            long total = bytes(files);
            for (Path file : files) {
                String name = path.relativize(file).toString().replace('\\', '/');
                digest.update(
                        (name + "\0" + Files.size(file) + "\0").getBytes(StandardCharsets.UTF_8));
                Sha256.add(digest, file, total <= MOST_BYTES ? Long.MAX_VALUE : BEGINNING);
            }
            return Sha256.hex(digest.digest());
        } catch (IOException e) {
            throw new DataException(path + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Whether {@link #of(Path)} tells any other content of {@code path} apart. */
    public static boolean isWhole(Path path) {
        try {
            return !Files.isDirectory(path) || bytes(Disk.filesBelow(path)) <= MOST_BYTES;
        } catch (IOException e) {
            throw new DataException(path + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static long bytes(List<Path> files) throws IOException {
        long total = 0;
        for (Path file : files) {
            total += Files.size(file);
        }
        return total;
    }
}
