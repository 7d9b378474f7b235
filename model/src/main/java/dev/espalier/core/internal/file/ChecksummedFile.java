package dev.espalier.core.internal.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/**
 * A whole file whose first line is the SHA-256 of what follows and of what the file is. So one that
 * was damaged, cut, renamed, or put beside others than those it was written for, is not taken for
 * what it was.
 *
 * <pre>
 *   espalier-1 HASH\n content         HASH = sha256(identity \0 content), 64 digits
 * </pre>
 */
public final class ChecksummedFile {
    private static final String BEGINNING = "espalier-1 ";
    private static final int HASH_AT = BEGINNING.length();
    private static final int CONTENT_AT = HASH_AT + 64 + 1;

    private ChecksummedFile() {}

    /**
     * Writes {@code file}, replacing one that is there; it is on disk when this returns.
     *
     * @param identity which file it is, such as its name and the {@link #hash} of one it goes with
     */
    public static void write(Path file, String identity, byte[] content) throws IOException {
        WholeFile.write(file, line(identity, content), content);
    }

    /**
     * What {@link #write} wrote.
     *
     * @return empty where {@code file} is not as it was written, or of another identity
     * @throws IOException where it cannot be read, or is not there
     */
    public static Optional<byte[]> read(Path file, String identity) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] line = in.readNBytes(CONTENT_AT);
            byte[] content = in.readAllBytes();
            return Arrays.equals(line, line(identity, content))
                    ? Optional.of(content)
                    : Optional.empty();
        }
    }

    /**
     * The hash that {@code file} carries, for the identity of another; empty where it carries none.
     */
    public static String hash(Path file) throws IOException {
        if (!Disk.isFile(file)) {
            return "";
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] line = in.readNBytes(CONTENT_AT);
            return line.length < CONTENT_AT
                    ? ""
                    : new String(
                            line, HASH_AT, CONTENT_AT - 1 - HASH_AT, StandardCharsets.US_ASCII);
        }
    }

    private static byte[] line(String identity, byte[] content) {
        MessageDigest digest = Sha256.digest();
        digest.update(text(identity + "\0"));
        return text(BEGINNING + Sha256.hex(digest.digest(content)) + "\n");
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
