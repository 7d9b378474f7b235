package dev.espalier.testkit.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** A file, or a folder to be forced, whose reads and writes a {@link FailingDisk} counts. */
final class FailingChannel extends FileChannel {
    private final FileChannel real;
    private final FailingDisk disk;
    private final Path path;

    FailingChannel(FileChannel real, FailingDisk disk, Path path) {
        this.real = real;
        this.disk = disk;
        this.path = path;
    }

    private interface Writing {
        long run() throws IOException;
    }

    private long write(ByteBuffer source, Writing writing) throws IOException {
        try {
            disk.begin("write", path);
        } catch (IOException e) {
            if (disk.cutsWrites() && source.remaining() > 1) {
                source.limit(source.position() + source.remaining() / 2);
                changed();
                writing.run();
            }
            throw e;
        }
        changed();
        return writing.run();
    }

    private void changed() throws IOException {
        UnforcedChanges changes = disk.unforced();
        if (changes != null) {
            changes.written(path);
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        disk.begin("read", path);
        return real.read(target);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        disk.begin("read", path);
        return real.read(targets, offset, length);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        disk.begin("read", path);
        return real.read(target, position);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return (int) write(source, () -> real.write(source));
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        return write(ByteBuffer.allocate(0), () -> real.write(sources, offset, length));
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
        return (int) write(source, () -> real.write(source, position));
    }

    @Override
    public long position() throws IOException {
        return real.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
        real.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        return real.size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        disk.begin("write", path);
        changed();
        real.truncate(size);
        return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
        disk.begin("force", path);
        UnforcedChanges changes = disk.unforced();
        if (changes != null) {
            changes.forced(path);
        }
        // Nothing is lost that a test does not lose, so the real disk need not be waited for.
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target)
            throws IOException {
        disk.begin("read", path);
        return real.transferTo(position, count, target);
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count)
            throws IOException {
        return write(ByteBuffer.allocate(0), () -> real.transferFrom(source, position, count));
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
        disk.begin("read", path);
        return real.map(mode, position, size);
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
        disk.begin("lock", path);
        return real.lock(position, size, shared);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        disk.begin("lock", path);
        return real.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        real.close();
    }
}
