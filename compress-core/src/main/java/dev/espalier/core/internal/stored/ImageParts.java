package dev.espalier.core.internal.stored;

import dev.espalier.core.DataException;
import dev.espalier.core.data.DataConfig;
import dev.espalier.core.data.DataFiles;
import dev.espalier.core.data.Preprocess;
import dev.espalier.core.internal.image.ImageGeometry;
import dev.espalier.core.internal.image.ImageSize;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.TensorType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the parts of a dataset of images. */
public final class ImageParts {
    private final DataConfig config;
    private final ModelInput input;
    private final Preprocess preprocess;
    private final Path path;

    public ImageParts(DataConfig config, ModelInput input) {
        this.config = config;
        this.input = input;
        this.preprocess = config.preprocess();
        this.path = config.path();
    }

    public Parts read() {
        int channels = input.channels();
        return switch (config.format()) {
            case CIFAR10 -> cifar10();
            case IDX -> idx();
            case IMAGE_FOLDER -> folders(channels);
            default -> throw new IllegalArgumentException("no images: " + config.format());
        };
    }

    private Parts cifar10() {
        Path folder = DataFiles.folder(path, "CIFAR-10's binary version");
        return parts(
                Cifar10.training(folder),
                Optional.empty(),
                Optional.of(Cifar10.test(folder)),
                Cifar10.CLASSES);
    }

    private Parts idx() {
        Path folder = DataFiles.folder(path, "IDX files such as train-images-idx3-ubyte.gz");
        Images training = Idx.part(folder, "train").orElseThrow(() -> noImages(folder));
        Optional<Images> test = Idx.part(folder, "t10k", "test");
        int classes = Math.max(classes(training), test.map(ImageParts::classes).orElse(0));
        return parts(training, Optional.empty(), test, classes);
    }

    private static DataException noImages(Path folder) {
        return new DataException(
                folder
                        + " holds no train-images file; expected IDX files such as"
                        + " train-images-idx3-ubyte.gz");
    }

    /** One more than the highest label. */
    private static int classes(Images images) {
        int classes = 0;
        for (int i = 0; i < images.size(); i++) {
            classes = Math.max(classes, images.label(i) + 1);
        }
        return classes;
    }

    private Parts folders(int channels) {
        Path root = DataFiles.folder(path, "folders of images");
        Optional<Path> train = ImageFolder.part(root, "train");
        Path training = train.orElse(root);
        Optional<Path> held =
                train.flatMap(t -> ImageFolder.part(root, "val", "valid", "validation"));
        Optional<Path> last = train.flatMap(t -> ImageFolder.part(root, "test"));
        // Training images may do without labels while those that judge have some.
        List<String> classes =
                Stream.of(Optional.of(training), held, last)
                        .flatMap(Optional::stream)
                        .map(ImageFolder::classes)
                        .filter(names -> !names.isEmpty())
                        .findFirst()
                        .orElse(List.of());
        Optional<Images> validation =
                held.map(part -> ImageFolder.open(part, classes, channels, preprocess));
        Optional<Images> test =
                last.map(part -> ImageFolder.open(part, classes, channels, preprocess));
        Images images = ImageFolder.open(training, classes, channels, preprocess);
        boolean valIsTest = test.isEmpty();
        return parts(
                images,
                valIsTest ? Optional.empty() : validation,
                valIsTest ? validation : test,
                classes.size());
    }

    private Parts parts(
            Images training, Optional<Images> validation, Optional<Images> test, int classes) {
        return new Parts(
                source(training), validation.map(this::source), test.map(this::source), classes);
    }

    private ExampleSource source(Images images) {
        return source(images, input, preprocess, path);
    }

    /**
     * @param path for messages
     */
    static ExampleSource source(Images images, ModelInput input, Preprocess preprocess, Path path) {
        Images sized =
                images instanceof Images.InMemory stored
                        ? resized(stored, preprocess, path)
                        : images;
        input.check(
                new TensorType(DataType.FLOAT, sized.imageSize().shape()),
                "set preprocess: {resize: .., crop: ..} or use data of the model's size");
        return new ImageSource(sized, input.name(), preprocess);
    }

    /** All images of a part in memory have one size, so that they are resized once, here. */
    private static Images resized(Images.InMemory stored, Preprocess preprocess, Path path) {
        ImageSize size = stored.imageSize();
        if (preprocess.resize().isEmpty() && preprocess.crop().isEmpty()) {
            return stored;
        }
        ImageSize result = ImageGeometry.result(size, preprocess);
        List<byte[]> pixels = new ArrayList<>(stored.size());
        for (int i = 0; i < stored.size(); i++) {
            String name = "image " + i + " of " + path;
            pixels.add(ImageGeometry.apply(stored.pixels(i), size, preprocess, name));
        }
        return new Images.InMemory(result, pixels, stored.labels());
    }
}
