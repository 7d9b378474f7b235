package dev.espalier.train;

import dev.espalier.core.file.ChecksummedFile;
import dev.espalier.core.file.Disk;
import dev.espalier.core.file.WholeFile;
import dev.espalier.core.pass.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Checkpoints as files of one folder, which is made with the first of them. A training that finds
 * the checkpoint of an equal training there goes on after its last epoch. Of each name the one
 * before is kept too, for the case that the last one is damaged; where both are, there is none.
 *
 * @param folder for one pass at a time
 * @param pass which pass of which run it is; checkpoints of another are not used
 * @param warnings is told of what cannot be used, in sentences
 */
public record CheckpointFolder(Path folder, String pass, Consumer<String> warnings)
        implements Checkpoints {
    private static final String BEFORE = ".before";
    private static final String NEW = ".new";

    /** For one training outside a recipe; warnings go to the logger of this class. */
    public CheckpointFolder(Path folder) {
        this(folder, "", CheckpointFolder::log);
    }

    private static void log(String warning) {
        System.getLogger(CheckpointFolder.class.getName())
                .log(System.Logger.Level.WARNING, warning);
    }

    @Override
    public Optional<byte[]> read(String name) {
        Path file = folder.resolve(checked(name));
        Path before = folder.resolve(name + BEFORE);
        boolean isLost = Files.exists(file);
        Optional<byte[]> content = read(file, name);
        isLost &= content.isEmpty();
        if (content.isEmpty()) {
            content = read(before, name);
        }
        if (isLost) {
            warnings.accept(
                    file
                            + " is not as it was written, or of another run; "
                            + (content.isEmpty()
                                    ? "what it held is made again"
                                    : "the checkpoint before it is used"));
        }
        return content;
    }

    private Optional<byte[]> read(Path file, String name) {
        try {
            return Files.exists(file)
                    ? ChecksummedFile.read(file, identity(name))
                    : Optional.empty();
        } catch (IOException e) {
            warnings.accept(file + " cannot be read: " + e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public void write(String name, byte[] content) {
        Path file = folder.resolve(checked(name));
        Path fresh = folder.resolve(name + NEW);
        try {
            Disk.makeFolders(folder);
            ChecksummedFile.write(fresh, identity(name), content);
            if (Files.exists(file)) {
                move(file, folder.resolve(name + BEFORE));
            }
            move(fresh, file);
            Disk.forceFolder(folder);
        } catch (IOException e) {
            throw WholeFile.failure(file, e);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private String identity(String name) {
        return name + "\n" + pass;
    }

    private static String checked(String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw new IllegalArgumentException("no name for a checkpoint: '" + name + "'");
        }
        return name;
    }
}
