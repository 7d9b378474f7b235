package dev.espalier.core.internal.stored;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Compares the names in a zip file's list of contents, which no checksum covers, with those before
 * the members themselves: labels under a damaged name would be no labels at all.
 */
final class ZipNames {
    private static final int MEMBER = 0x04034b50;
    private static final int HEADER = 30;
    private static final int SIZE_FOLLOWS = 8;

    private ZipNames() {}

    /** The name of a member that the list of contents lacks. */
    static Optional<String> unlisted(Path file, ZipFile zip) throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            long at = 0;
            while (at + HEADER <= in.length()) {
                ByteBuffer header = ByteBuffer.wrap(read(in, at, HEADER));
                header.order(ByteOrder.LITTLE_ENDIAN);
                if (header.getInt(0) != MEMBER) {
                    break;
                }
                int nameBytes = header.getShort(26) & 0xffff;
                int extraBytes = header.getShort(28) & 0xffff;
                if (at + HEADER + nameBytes > in.length()) {
                    break;
                }
                String name = new String(read(in, at + HEADER, nameBytes), StandardCharsets.UTF_8);
                ZipEntry entry = zip.getEntry(name);
                if (entry == null) {
                    return Optional.of(name);
                }
                if ((header.getShort(6) & SIZE_FOLLOWS) != 0) {
                    // Written to a pipe: where the next member begins is not said here.
                    break;
                }
                at += HEADER + nameBytes + extraBytes + entry.getCompressedSize();
            }
        }
        return Optional.empty();
    }

    private static byte[] read(RandomAccessFile in, long at, int count) throws IOException {
        byte[] bytes = new byte[count];
        in.seek(at);
        in.readFully(bytes);
        return bytes;
    }
}
