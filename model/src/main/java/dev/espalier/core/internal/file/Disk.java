package dev.espalier.core.internal.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Changes that have reached the disk when a method returns; none of them follows a link. */
public final class Disk {
    /** What Linux says of a folder on a file system that has no way to force one. */
    private static final String NOT_POSSIBLE = "Invalid argument";

    private Disk() {}

    /**
     * Whether anything is there, be it a link that leads nowhere.
     *
     * @throws IOException as {@link #find} does
     */
    public static boolean exists(Path path) throws IOException {
        return find(path, LinkOption.NOFOLLOW_LINKS).isPresent();
    }

    /**
     * Whether a file is there, which is no link.
     *
     * @throws IOException as {@link #find} does
     */
    public static boolean isFile(Path path) throws IOException {
        return find(path, LinkOption.NOFOLLOW_LINKS)
                .filter(BasicFileAttributes::isRegularFile)
                .isPresent();
    }

    /**
     * Whether a folder is there, which is no link.
     *
     * @throws IOException as {@link #find} does
     */
    public static boolean isFolder(Path path) throws IOException {
        return find(path, LinkOption.NOFOLLOW_LINKS)
                .filter(BasicFileAttributes::isDirectory)
                .isPresent();
    }

    /**
     * What is at {@code path}, where a link leads unless {@code options} forbid that; empty where
     * nothing is.
     *
     * @throws IOException where that cannot be told; {@link Files#exists} would say no, and what is
     *     there would be taken for lost
     */
    public static Optional<BasicFileAttributes> find(Path path, LinkOption... options)
            throws IOException {
        try {
            return Optional.of(Files.readAttributes(path, BasicFileAttributes.class, options));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** What lies in {@code folder}, by name. */
    public static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> content = Files.list(folder)) {
            return content.sorted().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** All files below {@code folder}, by path; links to files are among them. */
    public static List<Path> filesBelow(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Makes {@code folder} where it is not there; what is there must be a folder itself. */
    public static void makeFolder(Path folder) throws IOException {
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            if (!isFolder(folder)) {
                throw new NotDirectoryException(folder.toString());
            }
        }
        // Also where it is there already: whoever made it may have been killed before this.
        forceFolder(folder.toAbsolutePath().getParent());
    }

    /** Makes {@code folder} and those above it where they are not there. */
    public static void makeFolders(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Path parent = folder.toAbsolutePath().getParent();
            makeFolders(parent);
            Files.createDirectory(folder);
            forceFolder(parent);
        }
    }

    /** Removes {@code folder} unless somebody put something into it. */
    public static void removeEmpty(Path folder) throws IOException {
        try {
            if (isFolder(folder)) {
                Files.delete(folder);
            }
        } catch (DirectoryNotEmptyException e) {
            // Not ours to delete.
        }
    }

    /** Moves a folder to where none is. */
    public static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        forceFolder(to.getParent());
        forceFolder(from.getParent());
    }

    /** Deletes {@code file} if it is there. */
    public static void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
        forceFolder(file.getParent());
    }

    /**
     * Forces the names in {@code folder} to disk: a file that was forced itself can still be lost
     * with its name.
     */
    public static void forceFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (AccessDeniedException e) {
            // Windows opens no folders, and keeps the order of names by itself.
        } catch (IOException e) {
            if (!NOT_POSSIBLE.equals(e.getMessage())) {
                throw e;
            }
        }
    }
}
