package dev.espalier.internal.output;

import dev.espalier.core.CompressionException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.internal.file.ChecksummedFile;
import dev.espalier.core.internal.file.WholeFile;
import dev.espalier.core.report.ReportJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** What a run was made of, by a word for it; one that resumes it must agree in all of them. */
public record RunKey(Map<String, String> parts) {
    private static final String FILE = "run.json";

    static Path file(Path work) {
        return work.resolve(FILE);
    }

    void write(Path work) {
        byte[] content = ReportJson.write(this).getBytes(StandardCharsets.UTF_8);
        try {
            ChecksummedFile.write(file(work), FILE, content);
        } catch (IOException e) {
            throw WholeFile.failure(file(work), e);
        }
    }

    /**
     * Checks that the run which left {@code work} was of the same. Where its key is damaged it is
     * replaced by this one: passes of another run do not follow on it, and are not used.
     *
     * @throws InvalidOptionException where it was of another recipe, model or data
     */
    void requireSame(Path work, Consumer<String> warnings) {
        Optional<RunKey> before = read(work);
        if (before.isEmpty()) {
            warnings.accept(
                    file(work)
                            + " is missing or not as it was written; passes that are of this recipe,"
                            + " model and data are used");
            write(work);
            return;
        }
        List<String> changed = new ArrayList<>(parts.keySet());
        changed.removeIf(part -> parts.get(part).equals(before.get().parts().get(part)));
        if (!changed.isEmpty()) {
            throw new InvalidOptionException(
                    "cannot resume: %s changed since the run that left %s; leave out --resume to begin anew"
                            .formatted(String.join(" and ", changed), work));
        }
    }

    private static Optional<RunKey> read(Path work) {
        try {
            return ChecksummedFile.read(file(work), FILE)
                    .map(
                            content ->
                                    ReportJson.read(
                                            new String(content, StandardCharsets.UTF_8),
                                            RunKey.class));
        } catch (IOException | CompressionException e) {
            return Optional.empty();
        }
    }
}
