package dev.espalier.internal.output;

import dev.espalier.core.OutputException;
import dev.espalier.core.internal.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right of one run to work on an output folder. The file that is locked is never deleted, so
 * that no two runs lock two files of one name; its text marks the hidden folder as ours.
 */
final class OutputLock implements AutoCloseable {
    /** Beyond the text, which others may read while the lock is held. */
    private static final long LOCKED_BYTE = 1L << 30;

    /**
     * Held by this JVM. Systems give a process's lock up when it closes the file, however often it
     * had opened it; so a second run of one JVM must not even open it.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path key;
    private final FileChannel channel;

    private OutputLock(Path key, FileChannel channel) {
        this.key = key;
        this.channel = channel;
    }

    /**
     * Makes the hidden folder where there is none, and takes hold of it.
     *
     * @throws OutputException where it is somebody else's, or another run holds it
     */
    static OutputLock take(OutputPlace place) throws IOException {
        Path home = place.home();
        Disk.makeFolders(place.target().getParent());
        if (Disk.exists(home) && !Disk.isFolder(home)) {
            throw foreign(home);
        }
        Disk.makeFolder(home);
        Path key = home.toRealPath();
        if (!HELD.add(key)) {
            throw busy(place);
        }
        try {
            requireOurs(place);
            return new OutputLock(key, channel(place));
        } catch (IOException | OutputException e) {
            HELD.remove(key);
            throw e;
        }
    }

    private static FileChannel channel(OutputPlace place) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        place.lock(),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS);
        try {
            if (tryLock(channel) == null) {
                throw busy(place);
            }
            ByteBuffer text = ByteBuffer.wrap(text(place));
            if (channel.size() < text.remaining()) {
                while (text.hasRemaining()) {
                    channel.write(text, text.position());
                }
                channel.force(true);
                Disk.forceFolder(place.home());
            }
            return channel;
        } catch (IOException | OutputException e) {
            channel.close();
            throw e;
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock(LOCKED_BYTE, 1, false);
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** The text may be cut off where a first start was killed, but then nothing else is there. */
    private static void requireOurs(OutputPlace place) throws IOException {
        List<Path> content = Disk.list(place.home());
        if (content.isEmpty()) {
            return;
        }
        if (!Disk.isFile(place.lock())) {
            throw foreign(place.home());
        }
        byte[] found = Files.readAllBytes(place.lock());
        byte[] text = text(place);
        boolean begun =
                content.size() == 1
                        && found.length < text.length
                        && ByteBuffer.wrap(found).equals(ByteBuffer.wrap(text, 0, found.length));
        if (!begun && !Arrays.equals(found, text)) {
            throw foreign(place.home());
        }
    }

    private static byte[] text(OutputPlace place) {
        return """
                Espalier keeps unfinished work for the folder '%s' here. While no run is writing
                there, all of this may be deleted; --resume then has nothing to go on from.
                """
                .formatted(place.name())
                .getBytes(StandardCharsets.UTF_8);
    }

    private static OutputException foreign(Path home) {
        return new OutputException(
                home
                        + " was not made by Espalier for this output; move it away or name another"
                        + " folder with --out");
    }

    private static OutputException busy(OutputPlace place) {
        return new OutputException(
                "another run is writing "
                        + place.target()
                        + "; wait for it or name another folder");
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD.remove(key);
        }
    }
}
