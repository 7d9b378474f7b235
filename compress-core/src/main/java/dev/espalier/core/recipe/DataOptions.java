package dev.espalier.core.recipe;

import dev.espalier.core.data.DataConfig;
import dev.espalier.core.data.Preprocess;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The data block of a recipe.
 *
 * @param path of the data, relative to the recipe
 */
@Withers
public record DataOptions(
        @Option(help = "How the examples are stored.") DataConfig.Format format,
        @Option(help = "Folder or file of the examples, relative to the recipe.") String path,
        @Option(help = "How a stored example becomes the model's input.")
                PreprocessOptions preprocess,
        @Option(help = "Examples for ranges and statistics.") Calibration calibration,
        @Option(help = "Examples on which decisions are taken.") Validation validation)
        implements DataOptionsBuilder.With {

    /**
     * How a stored example becomes the model's input: resize, crop, divide by {@code scale},
     * subtract {@code mean} and divide by {@code std} of each channel.
     */
    @Withers
    public record PreprocessOptions(
            @Option(
                            value = "null",
                            help = "Stored numbers are divided by it; 255 for bytes, else 1.",
                            min = 1e-30)
                    Optional<Double> scale,
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
                    Optional<Integer> crop)
            implements DataOptionsPreprocessOptionsBuilder.With {
        public PreprocessOptions {
            mean = List.copyOf(mean);
            std = List.copyOf(std);
        }
    }

    /** The calibration split. */
    @Withers
    public record Calibration(
            @Option(value = "512", help = "Number, taken from the training split.", min = 1)
                    int samples)
            implements DataOptionsCalibrationBuilder.With {}

    /** The validation split. */
    @Withers
    public record Validation(
            @Option(
                            value = "0.1",
                            help = "Share held out of the training split.",
                            min = 0,
                            max = 0.9)
                    double fraction)
            implements DataOptionsValidationBuilder.With {}

    /** Data of this format at this path, and the default of everything else. */
    public static DataOptions of(DataConfig.Format format, String path) {
        return Options.of(
                DataOptions.class, Map.of("format", tree -> format, "path", tree -> path));
    }

    /** What the loader takes, with the data at {@code place}. */
    public DataConfig at(Path place) {
        return new DataConfig(
                format,
                place,
                new Preprocess(
                        preprocess.scale,
                        preprocess.mean,
                        preprocess.std,
                        preprocess.resize,
                        preprocess.crop),
                calibration.samples,
                validation.fraction);
    }
}
