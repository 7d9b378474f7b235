package dev.espalier.cli;

import dev.espalier.core.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** SHA-256 of files, as hexadecimal digits. */
final class Fingerprint {
    /** Of larger data only the names, sizes and beginnings count, or hashing takes minutes. */
    private static final long MOST_BYTES = 1L << 30;

    private static final int BEGINNING = 4096;

    private Fingerprint() {}

    static String of(byte[] content) {
        return HexFormat.of().formatHex(digest().digest(content));
    }

    /** Of a file, or of a folder's files with their names. */
    static String of(Path path) {
        MessageDigest digest = digest();
        try {
            if (Files.isRegularFile(path)) {
                add(digest, path, Long.MAX_VALUE);
                return HexFormat.of().formatHex(digest.digest());
            }
            List<Path> files;
            try (Stream<Path> all = Files.walk(path)) {
                files = all.filter(Files::isRegularFile).sorted().toList();
            }
            long total = 0;
            for (Path file : files) {
                total += Files.size(file);
            }
            for (Path file : files) {
                String name = path.relativize(file).toString().replace('\\', '/');
                digest.update(
                        (name + "\0" + Files.size(file) + "\0").getBytes(StandardCharsets.UTF_8));
                add(digest, file, total <= MOST_BYTES ? Long.MAX_VALUE : BEGINNING);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new DataException(path + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static void add(MessageDigest digest, Path file, long limit) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long left = limit;
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n > 0 && left > 0; n = in.read(buffer)) {
                digest.update(buffer, 0, (int) Math.min(n, left));
                left -= n;
            }
        }
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
