package dev.espalier.core.onnx;

import dev.espalier.core.ModelFormatException;
import dev.espalier.core.internal.proto.Onnx.StringStringEntryProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the bytes of tensors that an ONNX file keeps in other files. Such a file must be a regular
 * file inside the model's folder: no absolute path, no {@code ..}, no symbolic link that leads out.
 */
final class ExternalData {
    /** For models that come from memory: they have no folder, so external data is refused. */
    static final ExternalData NONE = new ExternalData(null);

    private final Path folder;
    private final Map<String, Path> resolved = new HashMap<>();
    private final Map<Path, Long> sizes = new HashMap<>();

    /**
     * @param folder of the model file
     */
    ExternalData(Path folder) {
        this.folder = folder;
    }

    /**
     * Checks that {@code expected} bytes lie where {@code entries} say, and reads none of them.
     *
     * @param tensor name for messages
     */
    FileStorage locate(
            List<StringStringEntryProto> entries, long expected, String tensor, Source source) {
        Map<String, String> fields = new HashMap<>();
        entries.forEach(entry -> fields.put(entry.getKey(), entry.getValue()));
        String location = fields.get("location");
        if (location == null || location.isEmpty()) {
            throw source.damaged("external tensor '" + tensor + "' names no location");
        }
        Path file = resolve(location, tensor, source);
        long size = sizes.get(file);
        long offset = number(fields, "offset", 0, tensor, source);
        if (offset > size) {
            throw source.damaged(
                    "tensor '%s' starts at byte %s of '%s', which has only %s"
                            .formatted(tensor, offset, location, size));
        }
        long length = number(fields, "length", size - offset, tensor, source);
        if (length != expected) {
            throw source.damaged(
                    "tensor '%s' needs %s bytes, but '%s' holds %s for it"
                            .formatted(tensor, expected, location, length));
        }
        if (length > size - offset) {
            throw source.damaged(
                    "tensor '%s' needs bytes %s to %s of '%s', which has only %s"
                            .formatted(tensor, offset, offset + length, location, size));
        }
        return new FileStorage(file, offset, length, tensor);
    }

    private static long number(
            Map<String, String> fields, String key, long absent, String tensor, Source source) {
        String text = fields.get(key);
        if (text == null || text.isEmpty()) {
            return absent;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            // falls through to the message below
        }
        throw source.damaged(
                "external tensor '%s' has the %s '%s', expected a number of bytes"
                        .formatted(tensor, key, text));
    }

    private Path resolve(String location, String tensor, Source source) {
        if (folder == null) {
            throw new ModelFormatException(
                    ("%s: tensor '%s' lies in the external file '%s', but a model read from memory"
                                    + " has no folder; read it from its path")
                            .formatted(source.name(), tensor, location));
        }
        Path known = resolved.get(location);
        if (known != null) {
            return known;
        }
        Path file = find(location, source);
        resolved.put(location, file);
        return file;
    }

    private Path find(String location, Source source) {
        try {
            Path relative = Path.of(location);
            // A Windows path is an ordinary name here, so its separators are refused as text.
            boolean leaves =
                    relative.isAbsolute()
                            || location.startsWith("/")
                            || location.contains("\\")
                            || location.matches("^[A-Za-z]:.*");
            for (Path part : relative) {
                leaves |= part.toString().equals("..");
            }
            if (leaves) {
                throw outside(location, source);
            }
            Path home = folder.toRealPath();
            Path file = home.resolve(relative).toRealPath();
            if (!file.startsWith(home)) {
                throw outside(location, source);
            }
            if (!Files.isRegularFile(file)) {
                throw source.damaged("external data '" + location + "' is not a file");
            }
            sizes.put(file, Files.size(file));
            return file;
        } catch (InvalidPathException e) {
            throw source.damaged("external data path '" + location + "' is not a path");
        } catch (IOException e) {
            throw new ModelFormatException(
                    "%s: external data '%s' cannot be read; it has to lie beside the model"
                            .formatted(source.name(), location),
                    e);
        }
    }

    private static ModelFormatException outside(String location, Source source) {
        return source.damaged(
                "external data path '"
                        + location
                        + "' leaves the model's folder, which is not allowed");
    }
}
