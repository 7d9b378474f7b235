package dev.espalier.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/**
 * The native libraries in one folder of a jar, as the jar's own table of contents describes them:
 * reading that costs next to nothing, and no library is read.
 *
 * @param prefix the folder in the jar, ending in a slash
 */
record NativeLibraries(Path jar, String prefix, List<Library> libraries) {
    private static final String JAR = "jar:";
    private static final String INSIDE = "!/";

    /** One file, with its size in bytes and the CRC-32 of its content. */
    record Library(String name, long size, long crc) {
        /** Whether {@code file} is a file, no link to one, of this very content. */
        boolean isIn(Path file) throws IOException {
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
            BasicFileAttributes found =
                    Files.readAttributes(
                            file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!found.isRegularFile() || found.size() != size) {
                return false;
            }
            CheckedInputStream content =
                    new CheckedInputStream(Files.newInputStream(file), new CRC32());
            try (content) {
                content.transferTo(OutputStream.nullOutputStream());
            }
            return content.getChecksum().getValue() == crc;
        }
    }

    NativeLibraries {
        libraries = List.copyOf(libraries);
    }

    /**
     * The files directly in {@code folder}, of a class path; none where it is not a folder in a jar
     * that is a file, or where it is empty.
     *
     * @param folder null where the class path has none
     */
    static Optional<NativeLibraries> at(URL folder) throws IOException {
        String address = folder == null ? "" : folder.toString();
        int border = address.indexOf(INSIDE);
        if (!address.startsWith(JAR + "file:") || border < 0) {
            return Optional.empty();
        }
        Path path;
        try {
            path = Path.of(new URI(address.substring(JAR.length(), border)));
        } catch (URISyntaxException | IllegalArgumentException e) {
            return Optional.empty();
        }
        String prefix = address.substring(border + INSIDE.length());
        try (JarFile jar = new JarFile(path.toFile())) {
            List<Library> libraries =
                    jar.stream()
                            .filter(entry -> isDirectlyIn(prefix, entry))
                            .map(entry -> library(prefix, entry))
                            .sorted(Comparator.comparing(Library::name))
                            .toList();
            return libraries.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new NativeLibraries(path, prefix, libraries));
        }
    }

    private static boolean isDirectlyIn(String prefix, JarEntry entry) {
        String name = entry.getName();
        return name.startsWith(prefix)
                && name.length() > prefix.length()
                && name.indexOf('/', prefix.length()) < 0;
    }

    private static Library library(String prefix, JarEntry entry) {
        return new Library(
                entry.getName().substring(prefix.length()), entry.getSize(), entry.getCrc());
    }

    /** Eight hexadecimal digits that tell libraries of different names or contents apart. */
    String digest() {
        CRC32 all = new CRC32();
        all.update(libraries.toString().getBytes(StandardCharsets.UTF_8));
        return "%08x".formatted(all.getValue());
    }

    /**
     * Writes into {@code folder} what is not there as it is in the jar. Each file comes into place
     * at once and whole, so that several processes can do this at the same time.
     *
     * @throws IOException also where the result cannot be executed there
     */
    void extract(Path folder) throws IOException {
        for (Library library : libraries) {
            Path file = folder.resolve(library.name());
            if (!library.isIn(file)) {
                extract(library, file);
            }
            if (!Files.isExecutable(file)) {
                throw new IOException(file + " cannot be executed, as on a file system without");
            }
        }
    }

    private void extract(Library library, Path file) throws IOException {
        Path part = Files.createTempFile(file.getParent(), library.name(), StaleFiles.PART);
        try {
            try (JarFile open = new JarFile(jar.toFile());
                    InputStream content =
                            open.getInputStream(open.getJarEntry(prefix + library.name()));
                    OutputStream written = Files.newOutputStream(part)) {
                content.transferTo(written);
            }
            if (!library.isIn(part)) {
                throw new IOException(library.name() + " in " + jar + " is damaged");
            }
            if (!part.toFile().setExecutable(true)) {
                throw new IOException(part + " cannot be made executable");
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
