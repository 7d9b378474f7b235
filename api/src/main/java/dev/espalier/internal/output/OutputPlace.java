package dev.espalier.internal.output;

import dev.espalier.core.OutputException;
import java.nio.file.Path;

/**
 * An output folder and everything of ours beside it: one hidden folder, {@code .NAME.espalier}, and
 * where a proof failed a visible {@code NAME.reproducer}.
 *
 * @param target the output folder, absolute
 */
record OutputPlace(Path target) {
    private static final String OLD = "old-";

    /**
     * @throws OutputException where {@code out} has no folder above it
     */
    static OutputPlace of(Path out) {
        Path target = out.toAbsolutePath().normalize();
        if (target.getFileName() == null) {
            throw new OutputException(out + " cannot be replaced; name a folder below it");
        }
        return new OutputPlace(target);
    }

    String name() {
        return target.getFileName().toString();
    }

    /** The hidden folder beside the output. */
    Path home() {
        return target.resolveSibling("." + name() + ".espalier");
    }

    /** Held by the one run that works on this output; never deleted. */
    Path lock() {
        return home().resolve("lock");
    }

    /** There while one result takes the place of another. */
    Path journal() {
        return home().resolve("journal.json");
    }

    /** Finished passes and checkpoints of an unfinished run. */
    Path work() {
        return home().resolve("work");
    }

    /** Where the files of a result are gathered. */
    Path result() {
        return home().resolve("result");
    }

    /** Where the result of {@code run} waits until the next one is in its place. */
    Path old(String run) {
        return home().resolve(OLD + run);
    }

    /** Whether {@code folder} has the name of {@link #old}. */
    static boolean isOld(Path folder) {
        return folder.getFileName().toString().startsWith(OLD);
    }

    /** Where a failed proof leaves what it failed on, if nobody else has a folder there. */
    Path reproducer() {
        return target.resolveSibling(name() + ".reproducer");
    }
}
