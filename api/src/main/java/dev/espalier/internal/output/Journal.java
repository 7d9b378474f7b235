package dev.espalier.internal.output;

import dev.espalier.core.CompressionException;
import dev.espalier.core.OutputException;
import dev.espalier.core.internal.file.ChecksummedFile;
import dev.espalier.core.internal.file.Disk;
import dev.espalier.core.report.ReportJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Which result is on its way into the place of which other; on disk as long as that is so.
 *
 * @param before identity of the result that is replaced, empty without one
 * @param after identity of the result that takes its place
 */
record Journal(String before, String after) {
    private static final String IDENTITY = "journal";

    static boolean exists(OutputPlace place) throws IOException {
        return Disk.exists(place.journal());
    }

    /**
     * @throws OutputException where it is damaged: then nothing may be moved, since it tells which
     *     folder is whose
     */
    static Optional<Journal> read(OutputPlace place) throws IOException {
        if (!exists(place)) {
            return Optional.empty();
        }
        byte[] content =
                ChecksummedFile.read(place.journal(), IDENTITY)
                        .orElseThrow(() -> damaged(place, null));
        try {
            String text = new String(content, StandardCharsets.UTF_8);
            return Optional.of(ReportJson.read(text, Journal.class));
        } catch (CompressionException e) {
            throw damaged(place, e);
        }
    }

    private static OutputException damaged(OutputPlace place, Exception cause) {
        return new OutputException(
                place.journal()
                        + " is damaged; of the folders beside it, those named result and old-* may"
                        + " hold results: move them away, then delete "
                        + place.home(),
                cause);
    }

    void write(OutputPlace place) throws IOException {
        byte[] content = ReportJson.write(this).getBytes(StandardCharsets.UTF_8);
        ChecksummedFile.write(place.journal(), IDENTITY, content);
    }

    static void delete(OutputPlace place) throws IOException {
        Disk.delete(place.journal());
    }
}
