package dev.espalier.core.internal.image;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The formats of images, told apart by how a file begins. Only the first three are read. */
public enum ImageKind {
    PNG("\u0089PNG\r\n\u001a\n", "png"),
    JPEG("\u00ff\u00d8\u00ff", "jpg", "jpeg"),
    BMP("BM", "bmp"),
    GIF("GIF8", "gif"),
    TIFF("II*\0", "tif", "tiff"),
    TIFF_BIG_ENDIAN("MM\0*", "tif", "tiff"),
    WEBP("RIFF....WEBP", "webp");

    private final byte[] start;
    private final List<String> endings;

    /**
     * @param start one byte a character; a dot stands for any byte
     */
    ImageKind(String start, String... endings) {
        this.start = start.getBytes(StandardCharsets.ISO_8859_1);
        this.endings = List.of(endings);
    }

    /** What a file holds; empty where it is no image known here. */
    static Optional<ImageKind> ofContent(byte[] bytes) {
        for (ImageKind kind : values()) {
            if (kind.begins(bytes)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /** What a file's name promises; empty where that is no image known here. */
    public static Optional<ImageKind> ofName(String fileName) {
        String name = fileName.toLowerCase(Locale.ROOT);
        for (ImageKind kind : values()) {
            if (kind.endings.stream().anyMatch(ending -> name.endsWith("." + ending))) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    boolean isRead() {
        return this == PNG || this == JPEG || this == BMP;
    }

    private boolean begins(byte[] bytes) {
        if (bytes.length < start.length) {
            return false;
        }
        for (int i = 0; i < start.length; i++) {
            if (start[i] != '.' && start[i] != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return endings.get(0);
    }
}
