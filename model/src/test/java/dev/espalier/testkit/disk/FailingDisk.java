package dev.espalier.testkit.disk;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One folder of the real file system, seen through paths whose operations are counted, and of which
 * one can be made to fail. What is asked of other folders goes through, uncounted. The files are
 * real ones under their real names, so that native code reads them.
 *
 * <p>As Lucene's MockDirectoryWrapper and SQLite's test file systems do, a test runs its work once
 * to count the operations, and then once for each of them.
 */
public final class FailingDisk {
    /** What happens at the operation. */
    public enum Fault {
        /** It fails, and none after it does. */
        ERROR,
        /** From it on nothing can be written; the write that meets it is cut. */
        FULL,
        /** From it on everything fails, until {@link #powerOn}: what was not forced is lost. */
        POWER_LOSS,
        /** The process says so on standard error and waits for ever, to be killed. */
        STALL
    }

    /** Operations that take room on the disk. */
    private static final List<String> TAKES_ROOM = List.of("create", "write", "create folder");

    private final Path root;
    private final Path seen;
    private final List<String> log = new ArrayList<>();
    private Fault fault;
    private String sign = "";
    private int at;
    private boolean without;
    private UnforcedChanges unforced;

    private FailingDisk(FailingProvider provider, Path root) {
        this.root = root;
        this.seen = provider.getPath(root);
        provider.watch(this);
    }

    /** Watches {@code folder}, which lies in the default file system. */
    public static FailingDisk of(Path folder) throws IOException {
        FailingProvider provider = new FailingProvider(FileSystems.getDefault().provider());
        return new FailingDisk(provider, folder.toRealPath());
    }

    /**
     * Watches {@code folder} in a JVM whose default file system is a {@link FailingProvider}:
     * {@code -Djava.nio.file.spi.DefaultFileSystemProvider=}its name.
     */
    public static FailingDisk ofDefault(Path folder) throws IOException {
        FailingProvider provider = (FailingProvider) FileSystems.getDefault().provider();
        return new FailingDisk(provider, FailingPath.real(folder.toRealPath()));
    }

    /** The folder, through which operations are counted. */
    public Path folder() {
        return seen;
    }

    /** The folder in the real file system, which never fails. */
    public Path real() {
        return root;
    }

    /** Makes operation {@code number}, counted from 0 and from now, meet {@code what}. */
    public synchronized void arm(Fault what, int number) throws IOException {
        log.clear();
        fault = what;
        sign = "";
        at = number;
        without = false;
        unforced = what == Fault.POWER_LOSS ? new UnforcedChanges(root) : null;
    }

    /** The same, counting from the first operation on whose line {@code first} is. */
    public synchronized void armAfter(String first, Fault what, int number) throws IOException {
        arm(what, number);
        sign = first;
    }

    /** Lets everything succeed again, and counts on. */
    public synchronized void disarm() {
        fault = null;
        without = false;
        unforced = null;
    }

    /** Counts from 0 with nothing to fail. */
    public synchronized void count() {
        disarm();
        log.clear();
    }

    /** The operations since the last {@link #arm} or {@link #count}, each as a line. */
    public synchronized List<String> operations() {
        return List.copyOf(log);
    }

    /** Whether the operation that was to fail was met. */
    public synchronized boolean failed() {
        return fault != null && log.size() > at;
    }

    /**
     * After {@link Fault#POWER_LOSS}: leaves in the folder what is on the disk then, and lets
     * everything succeed again.
     *
     * @param seed of what happens to have reached the disk without being forced; with 0 nothing has
     */
    public synchronized void powerOn(long seed) throws IOException {
        UnforcedChanges lost = unforced;
        disarm();
        if (lost != null) {
            lost.lose(seed);
        }
    }

    boolean watches(Path path) {
        return path.toAbsolutePath().normalize().startsWith(root);
    }

    synchronized UnforcedChanges unforced() {
        return unforced;
    }

    /** Counts an operation, and fails it where it is its turn. */
    synchronized void begin(String operation, Path path) throws IOException {
        int number = log.size();
        String line = operation + " " + root.relativize(path.toAbsolutePath().normalize());
        if (!line.contains(sign)) {
            return;
        }
        sign = "";
        log.add(line);
        if (fault == null || number < at) {
            return;
        }
        switch (fault) {
            case ERROR -> {
                if (number == at) {
                    throw new FileSystemException(path.toString(), null, "Input/output error");
                }
            }
            case FULL -> {
                without = true;
                if (TAKES_ROOM.contains(operation)) {
                    throw new FileSystemException(path.toString(), null, "No space left on device");
                }
            }
            case POWER_LOSS ->
                    throw new FileSystemException(path.toString(), null, "the power is lost");
            case STALL -> stall(number);
            default -> throw new IllegalStateException();
        }
    }

    /** Whether half of what a write was given still fits. */
    synchronized boolean cutsWrites() {
        return fault == Fault.FULL && without && log.size() == at + 1;
    }

    private void stall(int number) {
        System.err.println("stalled before operation " + number + ": " + log.get(number));
        while (true) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
