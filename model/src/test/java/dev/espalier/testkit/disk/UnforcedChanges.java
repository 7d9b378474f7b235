package dev.espalier.testkit.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What of a folder is on the disk for sure, while the folder itself shows all changes. A file's
 * content is there when the file was forced; a change of names, such as a move, when one of its
 * folders was. A move is there as a whole or not at all, as journalling file systems have it.
 */
final class UnforcedChanges {
    private final Path root;
    private final Folder top;
    private final List<Change> pending = new ArrayList<>();

    /** A file or a folder, whatever its name is at the time. */
    private sealed interface Entry permits File, Folder {}

    private static final class File implements Entry {
        /** What was forced; empty at first. */
        private byte[] durable = new byte[0];

        /** What it was when it lost its name, null while it has one. */
        private byte[] last;

        private boolean isForced;
    }

    private static final class Folder implements Entry {
        private final Map<String, Entry> shown = new TreeMap<>();
        private final Map<String, Entry> durable = new TreeMap<>();
    }

    /** A change of names: what had the first gets the second; either may be missing. */
    private record Change(Folder from, String name, Folder to, String target, Entry entry) {
        boolean touches(Folder folder) {
            return from == folder || to == folder;
        }

        void apply() {
            if (from != null && from.durable.get(name) == entry) {
                from.durable.remove(name);
            }
            if (to != null) {
                to.durable.put(target, entry);
            }
        }
    }

    /** Takes all that is below {@code root} for forced. */
    UnforcedChanges(Path root) throws IOException {
        this.root = root;
        this.top = (Folder) snapshot(root);
    }

    private static Entry snapshot(Path path) throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            File file = new File();
            file.durable = Files.readAllBytes(path);
            file.isForced = true;
            return file;
        }
        Folder folder = new Folder();
        try (Stream<Path> content = Files.list(path)) {
            for (Path each : content.toList()) {
                Entry entry = snapshot(each);
                folder.shown.put(each.getFileName().toString(), entry);
                folder.durable.put(each.getFileName().toString(), entry);
            }
        }
        return folder;
    }

    private Entry entry(Path path) {
        Entry entry = top;
        Path relative = root.relativize(path.toAbsolutePath().normalize());
        for (Path name : relative) {
            if (!name.toString().isEmpty()) {
                entry = entry instanceof Folder folder ? folder.shown.get(name.toString()) : null;
            }
        }
        return entry;
    }

    private Folder parent(Path path) {
        return (Folder) entry(path.toAbsolutePath().normalize().getParent());
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    private void change(Folder from, String name, Folder to, String target, Entry entry) {
        if (from != null) {
            from.shown.remove(name);
        }
        if (to != null) {
            to.shown.put(target, entry);
        }
        pending.add(new Change(from, name, to, target, entry));
    }

    synchronized void created(Path file) {
        change(null, "", parent(file), name(file), new File());
    }

    synchronized void createdFolder(Path folder) {
        change(null, "", parent(folder), name(folder), new Folder());
    }

    /** Keeps what may come back. */
    synchronized void deleting(Path path) throws IOException {
        if (entry(path) instanceof File file) {
            file.last = Files.readAllBytes(path);
        }
    }

    synchronized void deleted(Path path) {
        change(parent(path), name(path), null, "", entry(path));
    }

    synchronized void moved(Path from, Path to) {
        change(parent(from), name(from), parent(to), name(to), entry(from));
    }

    synchronized void written(Path path) {
        if (entry(path) instanceof File file) {
            file.isForced = false;
        }
    }

    synchronized void forced(Path path) throws IOException {
        Entry entry = entry(path);
        if (entry instanceof File file) {
            file.durable = Files.readAllBytes(path);
            file.isForced = true;
        } else if (entry instanceof Folder folder) {
            for (Iterator<Change> each = pending.iterator(); each.hasNext(); ) {
                Change change = each.next();
                if (change.touches(folder)) {
                    change.apply();
                    each.remove();
                }
            }
        }
    }

    /** Leaves below the root what is on the disk. */
    synchronized void lose(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        keepLast(top, root);
        for (Change change : pending) {
            if (seed != 0 && random.nextBoolean()) {
                change.apply();
            }
        }
        clear(root);
        restore(top, root, seed == 0 ? null : random);
    }

    private static void keepLast(Folder folder, Path path) throws IOException {
        for (Map.Entry<String, Entry> each : folder.shown.entrySet()) {
            Path child = path.resolve(each.getKey());
            if (each.getValue() instanceof Folder below) {
                keepLast(below, child);
            } else if (each.getValue() instanceof File file) {
                file.last = Files.readAllBytes(child);
            }
        }
    }

    private static void clear(Path folder) throws IOException {
        try (Stream<Path> content = Files.list(folder)) {
            for (Path each : content.toList()) {
                if (Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
                    clear(each);
                }
                Files.delete(each);
            }
        }
    }

    private static void restore(Folder folder, Path path, SplittableRandom random)
            throws IOException {
        for (Map.Entry<String, Entry> each : folder.durable.entrySet()) {
            Path child = path.resolve(each.getKey());
            if (each.getValue() instanceof Folder below) {
                Files.createDirectory(child);
                restore(below, child, random);
            } else if (each.getValue() instanceof File file) {
                Files.write(child, content(file, random));
            }
        }
    }

    /** What was forced, what was written, the beginning of it, or that with zeros behind it. */
    private static byte[] content(File file, SplittableRandom random) {
        if (file.isForced || random == null || file.last == null) {
            return file.durable;
        }
        int cut = random.nextInt(file.last.length + 1);
        return switch (random.nextInt(4)) {
            case 0 -> file.durable;
            case 1 -> file.last;
            case 2 -> Arrays.copyOf(file.last, cut);
            default -> Arrays.copyOf(Arrays.copyOf(file.last, cut), file.last.length);
        };
    }
}
