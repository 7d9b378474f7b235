package dev.espalier.core.internal.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 as hexadecimal digits. */
public final class Sha256 {
    /** What {@link #of} returns. */
    static final String DIGITS = "[0-9a-f]{64}";

    private static final int BUFFER_BYTES = 1 << 16;

    private Sha256() {}

    public static String of(byte[] content) {
        return hex(digest().digest(content));
    }

    /** Of the content of {@code file}, read once as a stream. */
    public static String of(Path file) throws IOException {
        MessageDigest digest = digest();
        add(digest, file, Long.MAX_VALUE);
        return hex(digest.digest());
    }

    /** Adds the first {@code limit} bytes of {@code file}, or all that it has. */
    public static void add(MessageDigest digest, Path file, long limit) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long left = limit;
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n > 0 && left > 0; n = in.read(buffer)) {
                digest.update(buffer, 0, (int) Math.min(n, left));
                left -= n;
            }
        }
    }

    public static String hex(byte[] hash) {
        return HexFormat.of().formatHex(hash);
    }

    /** A hash to add to. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
