package dev.espalier.core.data;

import dev.espalier.core.InvalidOptionException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where examples lie and how they are read and split.
 *
 * @param path a folder, or for {@code NPZ} and {@code CSV} also one file
 * @param calibrationSamples taken from the training part; all of it where it has fewer
 * @param validationFraction of the training data, 0 to below 1; unused where the data has a
 *     validation part of its own
 */
public record DataConfig(
        Format format,
        Path path,
        Preprocess preprocess,
        int calibrationSamples,
        double validationFraction) {
    /** How examples are stored. */
    public enum Format {
        /** CIFAR-10's binary version: {@code data_batch_1.bin} to 5 and {@code test_batch.bin}. */
        CIFAR10,
        /**
         * A sub-folder of png, jpeg or bmp files for each class; or the files alone, without
         * classes.
         */
        IMAGE_FOLDER,
        /** MNIST's format: {@code train-images...}, {@code train-labels...}, {@code t10k-...}. */
        IDX,
        /**
         * NumPy arrays by the name of the input, and {@code labels} or {@code y}, or float {@code
         * targets}.
         */
        NPZ,
        /**
         * A header, columns of features, and a column {@code label}, {@code class} or {@code y}, or
         * columns {@code target...} of floats.
         */
        CSV
    }

    public DataConfig {
        Objects.requireNonNull(format);
        Objects.requireNonNull(path);
        Objects.requireNonNull(preprocess);
        if (calibrationSamples < 1) {
            throw new InvalidOptionException(
                    "data: calibration needs at least 1 sample, found " + calibrationSamples);
        }
        if (!(validationFraction >= 0 && validationFraction < 1)) {
            throw new InvalidOptionException(
                    "data: the validation fraction must be 0 to below 1, found "
                            + validationFraction);
        }
    }

    /** 512 samples for calibration, a tenth for validation. */
    public static DataConfig of(Format format, Path path, Preprocess preprocess) {
        return new DataConfig(format, path, preprocess, 512, 0.1);
    }
}
