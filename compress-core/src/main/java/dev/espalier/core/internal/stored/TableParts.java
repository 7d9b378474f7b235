package dev.espalier.core.internal.stored;

import dev.espalier.core.DataException;
import dev.espalier.core.data.DataFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** Finds the parts of a dataset of one file each: {@code train}, {@code val} and {@code test}. */
public final class TableParts {
    private TableParts() {}

    /**
     * @param path a folder with such files, or one file of all examples
     * @param endings of file names, such as {@code .npz}
     */
    public static Parts read(
            Path path, List<String> endings, Function<Path, ExampleSource> format) {
        Function<Path, ExampleSource> reader =
                file -> DataFiles.inMemory(file, () -> format.apply(file));
        if (!Files.isDirectory(path)) {
            return parts(reader.apply(path), Optional.empty(), Optional.empty());
        }
        Path train =
                find(path, endings, "train").orElseThrow(() -> noTraining(path, endings.get(0)));
        Optional<ExampleSource> validation =
                find(path, endings, "val", "valid", "validation").map(reader);
        Optional<ExampleSource> test = find(path, endings, "test").map(reader);
        return test.isPresent()
                ? parts(reader.apply(train), validation, test)
                : parts(reader.apply(train), Optional.empty(), validation);
    }

    private static DataException noTraining(Path folder, String ending) {
        return new DataException(
                "%s holds no train%s; expected train%2$s and test%2$s, or the path of one file"
                        .formatted(folder, ending));
    }

    private static Optional<Path> find(Path folder, List<String> endings, String... names) {
        return Stream.of(names)
                .flatMap(name -> endings.stream().map(ending -> folder.resolve(name + ending)))
                .filter(DataFiles::isFile)
                .findFirst();
    }

    private static Parts parts(
            ExampleSource training,
            Optional<ExampleSource> validation,
            Optional<ExampleSource> test) {
        int classes =
                Stream.of(Optional.of(training), validation, test)
                        .flatMap(Optional::stream)
                        .mapToInt(TableParts::classes)
                        .max()
                        .orElse(0);
        return new Parts(training, validation, test, classes);
    }

    /** One more than the highest label. */
    static int classes(ExampleSource source) {
        int classes = 0;
        for (int i = 0; i < source.size(); i++) {
            classes = Math.max(classes, source.label(i) + 1);
        }
        return classes;
    }
}
