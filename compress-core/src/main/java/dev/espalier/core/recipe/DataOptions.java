package dev.espalier.core.recipe;

import dev.espalier.core.pass.Option;
import java.util.List;
import java.util.Optional;

/**
 * The data block of a recipe.
 *
 * @param path of the data, relative to the recipe
 */
public record DataOptions(
        @Option(help = "How the examples are stored.") Format format,
        @Option(help = "Folder or file of the examples, relative to the recipe.") String path,
        @Option(help = "How a stored example becomes the model's input.")
                PreprocessOptions preprocess,
        @Option(help = "Examples for ranges and statistics.") Calibration calibration,
        @Option(help = "Examples on which decisions are taken.") Validation validation) {

    /** How examples are stored. */
    public enum Format {
        CIFAR10,
        IMAGE_FOLDER,
        IDX,
        NPZ,
        CSV
    }

    /**
     * How a stored example becomes the model's input: resize, crop, divide by {@code scale},
     * subtract {@code mean} and divide by {@code std} of each channel.
     */
    public record PreprocessOptions(
            @Option(value = "255", help = "Stored numbers are divided by it.", min = 1e-30)
                    double scale,
            @Option(value = "[]", help = "Subtracted after scaling, one for each channel.")
                    List<Double> mean,
            @Option(value = "[]", help = "Divided by at last, one for each channel.", min = 1e-30)
                    List<Double> std,
            @Option(
                            value = "null",
                            help = "Length of the shorter side in pixels after resizing.",
                            min = 1,
                            max = 65536)
                    Optional<Integer> resize,
            @Option(
                            value = "null",
                            help = "Side of the square cut from the middle, in pixels.",
                            min = 1,
                            max = 65536)
                    Optional<Integer> crop) {
        public PreprocessOptions {
            mean = List.copyOf(mean);
            std = List.copyOf(std);
        }
    }

    /** The calibration split. */
    public record Calibration(
            @Option(value = "512", help = "Number, taken from the training split.", min = 1)
                    int samples) {}

    /** The validation split. */
    public record Validation(
            @Option(
                            value = "0.1",
                            help = "Share held out of the training split.",
                            min = 0,
                            max = 0.9)
                    double fraction) {}

    public DataOptions withPath(String changed) {
        return new DataOptions(format, changed, preprocess, calibration, validation);
    }
}
