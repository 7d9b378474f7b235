package dev.espalier.train.run;

import dev.espalier.core.internal.file.ChecksummedFile;
import dev.espalier.core.internal.file.Disk;
import dev.espalier.core.internal.file.WholeFile;
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

    /** The content of a file that is whole, or a sentence's beginning on why it is not. */
    private record Found(Optional<byte[]> content, String damage) {}

    @Override
    public Optional<byte[]> read(String name) {
        Found last = find(folder.resolve(checked(name)), name);
        if (last.content().isPresent()) {
            return last.content();
        }
        Found before = find(folder.resolve(name + BEFORE), name);
        String damage = last.damage().isEmpty() ? before.damage() : last.damage();
        if (!damage.isEmpty()) {
            warnings.accept(
                    damage
                            + (before.content().isPresent()
                                    ? "; the checkpoint before it is used"
                                    : "; what it held is made again"));
        }
        return before.content();
    }

    private Found find(Path file, String name) {
        try {
            if (!Disk.isFile(file)) {
                return new Found(Optional.empty(), "");
            }
            Optional<byte[]> content = ChecksummedFile.read(file, identity(name));
            return new Found(
                    content,
                    content.isPresent()
                            ? ""
                            : file + " is not as it was written, or of another run");
        } catch (IOException e) {
            return new Found(Optional.empty(), file + " cannot be read (" + e.getMessage() + ")");
        }
    }

    @Override
    public void write(String name, byte[] content) {
        Path file = folder.resolve(checked(name));
        Path fresh = folder.resolve(name + NEW);
        try {
            Disk.makeFolders(folder);
            ChecksummedFile.write(fresh, identity(name), content);
            if (Disk.exists(file)) {
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
