package dev.espalier.core.internal.file;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;

/** Folders that nobody but the user of this process can write into. */
public final class PrivateFolder {
    private static final Set<PosixFilePermission> USER_ONLY =
            PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> OTHERS_WRITE =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private PrivateFolder() {}

    /**
     * Makes {@code folder} where it is not there, for this user alone.
     *
     * @throws IOException where it cannot be written, or is a link, another user's or open to
     *     others: what lies in it cannot be trusted then
     */
    public static void make(Path folder) throws IOException {
        boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
        try {
            if (posix) {
                Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(USER_ONLY));
            } else {
                Files.createDirectory(folder);
            }
        } catch (FileAlreadyExistsException e) {
            // Looked at below, like a new one.
        }
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(folder + " is no folder of its own");
        }
        if (!Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(owner(folder))) {
            throw new IOException(folder + " belongs to another user");
        }
        if (posix && OTHERS_WRITE.stream().anyMatch(permissions(folder)::contains)) {
            throw new IOException(folder + " can be written by other users");
        }
    }

    private static Set<PosixFilePermission> permissions(Path folder) throws IOException {
        return Files.getFileAttributeView(
                        folder, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes()
                .permissions();
    }

    /** To whom files belong that this process makes in {@code folder}; it makes one to see. */
    public static UserPrincipal owner(Path folder) throws IOException {
        Path made = Files.createTempFile(folder, "owner", ".part");
        try {
            return Files.getOwner(made);
        } finally {
            Files.deleteIfExists(made);
        }
    }
}
