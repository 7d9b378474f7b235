package dev.espalier.train;

import dev.espalier.core.OutputException;
import dev.espalier.core.pass.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Checkpoints as files of one folder, which is made with the first of them. A training that finds
 * the checkpoint of an equal training there goes on after its last epoch.
 *
 * @param folder for one pass at a time
 */
public record CheckpointFolder(Path folder) implements Checkpoints {
    @Override
    public Optional<byte[]> read(String name) {
        Path file = folder.resolve(checked(name));
        try {
            return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
        } catch (IOException e) {
            throw new OutputException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void write(String name, byte[] content) {
        Path file = folder.resolve(checked(name));
        Path temporary = folder.resolve(name + ".tmp");
        try {
            Files.createDirectories(folder);
            Files.write(temporary, content);
            Files.move(
                    temporary,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            discard(temporary, e);
            throw new OutputException(file + " cannot be written: " + e.getMessage(), e);
        }
    }

    private static void discard(Path temporary, IOException cause) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private static String checked(String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw new IllegalArgumentException("no name for a checkpoint: '" + name + "'");
        }
        return name;
    }
}
