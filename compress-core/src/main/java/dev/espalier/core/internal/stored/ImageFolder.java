package dev.espalier.core.internal.stored;

import dev.espalier.core.DataException;
import dev.espalier.core.data.DataFiles;
import dev.espalier.core.data.Preprocess;
import dev.espalier.core.internal.file.Disk;
import dev.espalier.core.internal.image.ImageDecoder;
import dev.espalier.core.internal.image.ImageGeometry;
import dev.espalier.core.internal.image.ImageKind;
import dev.espalier.core.internal.image.ImageSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A folder with a sub-folder of images for each class, decoded when they are asked for. Classes are
 * numbered in the order of their names. Folders in a class's folder are searched, too; files whose
 * name begins with a dot are passed over. A folder of images without sub-folders holds examples
 * without labels.
 */
final class ImageFolder implements Images {
    private static final String EXPECTED =
            "a sub-folder of images for each class, or images alone that have no classes, or train/"
                    + " and test/ with either";

    private final List<Path> files;
    private final ClassLabels labels;
    private final ImageSize imageSize;
    private final Preprocess preprocess;

    private ImageFolder(List<Path> files, ClassLabels labels, int channels, Preprocess preprocess) {
        this.files = files;
        this.labels = labels;
        this.preprocess = preprocess;
        ImageSize first = ImageDecoder.decode(files.get(0), channels).size;
        this.imageSize = result(first, files.get(0));
    }

    /** The folder of this part under one of {@code names}; empty where there is none. */
    static Optional<Path> part(Path root, String... names) {
        return Stream.of(names).map(root::resolve).filter(DataFiles::isFolder).findFirst();
    }

    /** The names of a folder's classes, sorted; none where it holds images alone. */
    static List<String> classes(Path folder) {
        List<Path> all =
                list(DataFiles.folder(folder, EXPECTED)).stream()
                        .filter(path -> !path.getFileName().toString().startsWith("."))
                        .toList();
        all.forEach(ImageFolder::refuseWebp);
        List<String> classes =
                all.stream()
                        .filter(DataFiles::isFolder)
                        .map(path -> path.getFileName().toString())
                        .toList();
        if (classes.isEmpty() && all.stream().noneMatch(ImageFolder::isImage)) {
            throw new DataException(folder + " is empty; expected " + EXPECTED);
        }
        return classes;
    }

    /**
     * The images of {@code folder}, the first of which is decoded for its size. They have no labels
     * where there are no sub-folders.
     *
     * @param classes names of all classes; a sub-folder of another name is an error
     */
    static ImageFolder open(
            Path folder, List<String> classes, int channels, Preprocess preprocess) {
        List<Path> files = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        List<String> found = classes(folder);
        if (found.isEmpty()) {
            List<Path> images = images(folder);
            return new ImageFolder(images, ClassLabels.none(images.size()), channels, preprocess);
        }
        for (String name : found) {
            int label = classes.indexOf(name);
            if (label < 0) {
                throw new DataException(
                        "%s has the class '%s', which the training images lack"
                                .formatted(folder, name));
            }
            for (Path image : images(folder.resolve(name))) {
                files.add(image);
                labels.add(label);
            }
        }
        if (files.isEmpty()) {
            throw new DataException(folder + " holds no images; expected " + EXPECTED);
        }
        int[] byIndex = labels.stream().mapToInt(Integer::intValue).toArray();
        return new ImageFolder(files, new ClassLabels(byIndex), channels, preprocess);
    }

    private static boolean isImage(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.matches("[^.].*\\.(png|jpe?g|bmp)") && DataFiles.isFile(file);
    }

    private static void refuseWebp(Path file) {
        String name = file.getFileName().toString();
        if (ImageKind.ofName(name).equals(Optional.of(ImageKind.WEBP))) {
            throw new DataException(
                    file + " is a WebP image, which is not read; convert it to png or jpeg");
        }
    }

    private static List<Path> images(Path folder) {
        List<Path> images = new ArrayList<>();
        try (Stream<Path> found = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            for (Path file : found.filter(path -> !Files.isDirectory(path)).sorted().toList()) {
                String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
                if (name.startsWith(".") || name.equals("thumbs.db")) {
                    continue;
                }
                DataFiles.checkLink(file);
                refuseWebp(file);
                if (!isImage(file)) {
                    throw new DataException(
                            file + " is no png, jpeg or bmp file; convert or remove it");
                }
                images.add(file);
            }
        } catch (UncheckedIOException e) {
            throw DataFiles.unreadable(folder, e.getCause());
        } catch (IOException e) {
            throw DataFiles.unreadable(folder, e);
        }
        return images;
    }

    private static List<Path> list(Path folder) {
        try {
            return Disk.list(folder);
        } catch (IOException e) {
            throw DataFiles.unreadable(folder, e);
        }
    }

    @Override
    public int size() {
        return files.size();
    }

    @Override
    public ImageSize imageSize() {
        return imageSize;
    }

    @Override
    public int label(int index) {
        return labels.at(index);
    }

    @Override
    public byte[] pixels(int index) {
        Path file = files.get(index);
        return DataFiles.inMemory(file, () -> sized(file));
    }

    private ImageSize result(ImageSize size, Path file) {
        try {
            return ImageGeometry.result(size, preprocess);
        } catch (DataException e) {
            throw e.at(file.toString());
        }
    }

    private byte[] sized(Path file) {
        ImageDecoder.Decoded image = ImageDecoder.decode(file, imageSize.channels());
        ImageSize result = result(image.size, file);
        if (!result.equals(imageSize)) {
            throw new DataException(
                    ("%s gives %s, other images give %s; set preprocess: {resize: "
                                    + ".., crop: ..} so that all become one size")
                            .formatted(file, result, imageSize));
        }
        return ImageGeometry.apply(image.pixels, image.size, preprocess, "the image " + file);
    }
}
