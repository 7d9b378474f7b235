package dev.espalier.testkit.disk;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/** The real file system, telling a {@link FailingDisk} of what is asked of its folder. */
public final class FailingProvider extends FileSystemProvider {
    private final FileSystemProvider real;
    private final FailingFileSystem fileSystem;
    private volatile FailingDisk disk;

    /** As the JDK makes the default provider of a JVM. */
    public FailingProvider(FileSystemProvider real) {
        this.real = real;
        this.fileSystem = new FailingFileSystem(this, real.getFileSystem(URI.create("file:///")));
    }

    void watch(FailingDisk watched) {
        disk = watched;
    }

    Path getPath(Path path) {
        return FailingPath.of(fileSystem, path);
    }

    /** The disk that {@code path} is on, or null for a folder that nobody watches. */
    private FailingDisk disk(Path path) {
        FailingDisk watching = disk;
        return watching != null && watching.watches(path) ? watching : null;
    }

    private void begin(String operation, Path path) throws IOException {
        FailingDisk watching = disk(path);
        if (watching != null) {
            watching.begin(operation, path);
        }
    }

    private UnforcedChanges unforced(Path path) {
        FailingDisk watching = disk(path);
        return watching == null ? null : watching.unforced();
    }

    @Override
    public String getScheme() {
        return real.getScheme();
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> env) throws IOException {
        return real.newFileSystem(uri, env);
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        return fileSystem;
    }

    @Override
    public Path getPath(URI uri) {
        return getPath(real.getPath(uri));
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        return newFileChannel(path, options, attributes);
    }

    @Override
    public FileChannel newFileChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        Path file = FailingPath.real(path);
        FailingDisk watching = disk(file);
        if (watching == null) {
            return real.newFileChannel(file, options, attributes);
        }
        boolean isThere = Files.exists(file, LinkOption.NOFOLLOW_LINKS);
        Set<OpenOption> asked = new HashSet<>(options);
        boolean creates =
                !isThere
                        && (asked.contains(StandardOpenOption.CREATE)
                                || asked.contains(StandardOpenOption.CREATE_NEW));
        watching.begin(creates ? "create" : "open", file);
        FileChannel channel = real.newFileChannel(file, options, attributes);
        UnforcedChanges changes = watching.unforced();
        if (changes != null && creates) {
            changes.created(file);
        }
        if (changes != null && asked.contains(StandardOpenOption.TRUNCATE_EXISTING)) {
            changes.written(file);
        }
        return new FailingChannel(channel, watching, file);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(
            Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
        Path path = FailingPath.real(folder);
        begin("list", path);
        DirectoryStream<Path> content =
                real.newDirectoryStream(path, each -> filter.accept(getPath(each)));
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                Iterator<Path> each = content.iterator();
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return each.hasNext();
                    }

                    @Override
                    public Path next() {
                        return getPath(each.next());
                    }
                };
            }

            @Override
            public void close() throws IOException {
                content.close();
            }
        };
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
        Path path = FailingPath.real(folder);
        begin("create folder", path);
        real.createDirectory(path, attributes);
        UnforcedChanges changes = unforced(path);
        if (changes != null) {
            changes.createdFolder(path);
        }
    }

    @Override
    public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes)
            throws IOException {
        begin("link", FailingPath.real(link));
        real.createSymbolicLink(FailingPath.real(link), FailingPath.real(target), attributes);
    }

    @Override
    public Path readSymbolicLink(Path link) throws IOException {
        return getPath(real.readSymbolicLink(FailingPath.real(link)));
    }

    @Override
    public void delete(Path path) throws IOException {
        Path file = FailingPath.real(path);
        begin("delete", file);
        UnforcedChanges changes = unforced(file);
        if (changes != null) {
            changes.deleting(file);
        }
        real.delete(file);
        if (changes != null) {
            changes.deleted(file);
        }
    }

    @Override
    public void copy(Path from, Path to, CopyOption... options) throws IOException {
        begin("create", FailingPath.real(to));
        if (unforced(FailingPath.real(to)) != null) {
            throw new UnsupportedOperationException("no copies are followed: " + to);
        }
        real.copy(FailingPath.real(from), FailingPath.real(to), options);
    }

    @Override
    public void move(Path from, Path to, CopyOption... options) throws IOException {
        Path source = FailingPath.real(from);
        Path target = FailingPath.real(to);
        begin("move", target);
        UnforcedChanges changes = unforced(target);
        if (changes != null) {
            changes.deleting(target);
        }
        real.move(source, target, options);
        if (changes != null) {
            changes.moved(source, target);
        }
    }

    @Override
    public boolean isSameFile(Path path, Path other) throws IOException {
        return real.isSameFile(FailingPath.real(path), FailingPath.real(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
        return real.isHidden(FailingPath.real(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
        return real.getFileStore(FailingPath.real(path));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        begin("look at", FailingPath.real(path));
        real.checkAccess(FailingPath.real(path), modes);
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(
            Path path, Class<V> type, LinkOption... options) {
        return real.getFileAttributeView(FailingPath.real(path), type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(
            Path path, Class<A> type, LinkOption... options) throws IOException {
        begin("look at", FailingPath.real(path));
        return real.readAttributes(FailingPath.real(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
            throws IOException {
        begin("look at", FailingPath.real(path));
        return real.readAttributes(FailingPath.real(path), names, options);
    }

    @Override
    public void setAttribute(Path path, String name, Object value, LinkOption... options)
            throws IOException {
        real.setAttribute(FailingPath.real(path), name, value, options);
    }
}
