package dev.espalier.runtime;

import dev.espalier.core.internal.file.PrivateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Removes what processes left that were killed: folders of ONNX Runtime's Java binding, models that
 * went through a file, JMH's files, and files half written.
 *
 * <p>Something is removed only if its name and all names in it are of a kind below, it belongs to
 * this user, is no link and holds none, and has not been touched for ten minutes while no process
 * has a file of it open or mapped. Where the system does not tell which files are in use, a day is
 * waited instead. Unpacked libraries go after a month without use. What cannot be removed stays.
 */
final class StaleFiles {
    /** End of the names of files that are being written. */
    static final String PART = ".part";

    /** What unpacking libraries or writing a model never takes. */
    private static final Duration QUIET = Duration.ofMinutes(10);

    private static final Duration QUIET_IF_USE_IS_UNKNOWN = Duration.ofDays(1);

    /** Libraries of a version that nobody has used for so long can be unpacked again. */
    private static final Duration UNUSED = Duration.ofDays(30);

    /**
     * @param name of the file or folder; {@link Files#createTempFile} and {@link
     *     Files#createTempDirectory} put decimal digits into it
     * @param content of all files in the folder, which has no folders; null for a file
     * @param quiet for how long it must not have been touched
     */
    private record Kind(Pattern name, Pattern content, Duration quiet) {
        static Kind folder(String name, String content) {
            return new Kind(Pattern.compile(name), Pattern.compile(content), QUIET);
        }

        static Kind file(String name) {
            return new Kind(Pattern.compile(name), null, QUIET);
        }

        Kind unused() {
            return new Kind(name, content, UNUSED);
        }
    }

    private static final String LIBRARY =
            "(lib)?(onnxruntime(4j_jni|_providers_[a-z]+)?|webgpu_dawn|dxil|dxcompiler)"
                    + "\\.(so|dylib|dll)";

    private static final List<Kind> IN_TEMPORARY_FOLDER =
            List.of(
                    // The binding leaves the empty folder even where nothing was killed.
                    Kind.folder("onnxruntime-java\\d+", LIBRARY),
                    Kind.folder(
                            TemporaryModel.PREFIX + "\\d+",
                            "\\.?model\\.onnx(\\.data)?(\\.[0-9a-f]+)?"),
                    Kind.file(OptimizedGraph.PREFIX + "\\d+\\.onnx"),
                    // What JMH keeps while it measures latency.
                    Kind.file("jmh\\d+(stdout|stderr|compilecommand)"),
                    Kind.file("owner\\d+\\" + PART));

    /** Each process that uses one touches it, see {@link PrivateFolder}. */
    private static final List<Kind> IN_CACHE =
            List.of(Kind.folder("onnxruntime-[\\w-]+-[0-9a-f]{8}", LIBRARY).unused());

    private static final List<Kind> IN_FOLDERS_OF_CACHE =
            List.of(Kind.file("[\\w.]+\\d+\\" + PART));

    private final Instant now;
    private final FilesInUse inUse;

    StaleFiles(Instant now) {
        this.now = now;
        this.inUse = new FilesInUse();
    }

    /** Tidies up {@code temporary}, the system's temporary folder. */
    void removeFromTemporary(Path temporary) throws IOException {
        remove(temporary, IN_TEMPORARY_FOLDER);
    }

    /** Tidies up {@code cache} and the folders directly in it. */
    void removeFromCache(Path cache) throws IOException {
        remove(cache, IN_CACHE);
        for (Path folder : list(cache)) {
            if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                remove(folder, IN_FOLDERS_OF_CACHE);
            }
        }
    }

    private void remove(Path place, List<Kind> kinds) throws IOException {
        UserPrincipal user = null;
        for (Path found : list(place)) {
            for (Kind kind : kinds) {
                if (kind.name.matcher(found.getFileName().toString()).matches()) {
                    user = user == null ? PrivateFolder.owner(place) : user;
                    removeIfStale(found, kind, user);
                }
            }
        }
    }

    private void removeIfStale(Path found, Kind kind, UserPrincipal user) {
        try {
            List<Path> all = new ArrayList<>();
            if (kind.content != null) {
                if (!Files.isDirectory(found, LinkOption.NOFOLLOW_LINKS)) {
                    return;
                }
                all.addAll(list(found));
                if (!all.stream().allMatch(file -> isFile(file, kind.content))) {
                    return;
                }
            } else if (!isFile(found, kind.name)) {
                return;
            }
            all.add(found);
            if (Files.getOwner(found, LinkOption.NOFOLLOW_LINKS).equals(user)
                    && isStale(all, kind)) {
                for (Path file : all) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            // Another process was quicker, or it is in use.
        }
    }

    private static boolean isFile(Path file, Pattern name) {
        return name.matcher(file.getFileName().toString()).matches()
                && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }

    private boolean isStale(List<Path> files, Kind kind) throws IOException {
        Instant last = Instant.MIN;
        for (Path file : files) {
            Instant modified =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                            .lastModifiedTime()
                            .toInstant();
            last = modified.isAfter(last) ? modified : last;
        }
        Duration quiet = Duration.between(last, now);
        if (quiet.compareTo(kind.quiet) < 0) {
            return false;
        }
        return inUse.areKnown()
                ? files.stream().noneMatch(inUse::contains)
                : quiet.compareTo(QUIET_IF_USE_IS_UNKNOWN) >= 0;
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
