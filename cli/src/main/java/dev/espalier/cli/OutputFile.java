package dev.espalier.cli;

import dev.espalier.core.OutputException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A text file that a command was asked to write. */
final class OutputFile {
    private OutputFile() {}

    /**
     * Writes a new file.
     *
     * @throws OutputException where it is there already or cannot be written
     */
    static void write(Path file, String text) {
        try {
            Files.writeString(file, text, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            throw new OutputException(file + " is there already; name another file", e);
        } catch (IOException e) {
            throw new OutputException("cannot write " + file + ": " + e, e);
        }
    }
}
