package dev.espalier.core.data.stored;

import dev.espalier.core.DataException;
import dev.espalier.core.data.DataConfig;
import dev.espalier.core.data.DataConfig.Format;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Preprocess;
import dev.espalier.core.internal.stored.ArrayReader;
import dev.espalier.core.internal.stored.CsvTable;
import dev.espalier.core.internal.stored.ImageParts;
import dev.espalier.core.internal.stored.ModelInput;
import dev.espalier.core.internal.stored.Parts;
import dev.espalier.core.internal.stored.Splitter;
import dev.espalier.core.internal.stored.TableParts;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads datasets and splits them. Calibration is taken from the training data, validation is held
 * out of it, and test is the data's own test part, so that no example decides about itself.
 *
 * <p>Data without a test part gives a tenth of itself for it, chosen in the same way for every
 * recipe. Where there are {@code train} and {@code val} but no {@code test}, {@code val} is the
 * test part.
 */
public final class DataLoader {
    private DataLoader() {}

    /**
     * The data for a model, checked against its inputs and the width of its output.
     *
     * @param seed of the choice of validation and calibration examples
     * @throws DataException where the data cannot be read or does not fit
     */
    public static DataSplits open(DataConfig config, Model model, long seed) {
        Map<String, TensorType> inputs = new LinkedHashMap<>();
        for (Value input : model.graph().feeds()) {
            inputs.put(
                    input.name(),
                    input.type()
                            .orElseThrow(
                                    () ->
                                            new DataException(
                                                    "the model's input '%s' is not a tensor"
                                                            .formatted(input.name()))));
        }
        DataSplits splits = open(config, inputs, seed);
        model.graph().outputs().stream()
                .limit(1)
                .flatMap(output -> output.type().stream())
                .map(TensorType::shape)
                .filter(shape -> shape.isRanked() && shape.rank() == 2 && shape.dim(1).isFixed())
                .forEach(shape -> checkClasses(splits.test().classes(), shape.size(1), config));
        return splits;
    }

    /**
     * Examples may have no classes at all. In labels the highest classes may be missing; folders
     * show all there are.
     */
    private static void checkClasses(int found, long width, DataConfig config) {
        boolean all = config.format() == Format.CIFAR10 || config.format() == Format.IMAGE_FOLDER;
        if (found > width || all && found > 0 && found < width) {
            throw new DataException(
                    "%s has %s classes, the model tells %s apart"
                            .formatted(config.path(), found, width));
        }
    }

    /** The data for a model of one input. */
    public static DataSplits open(
            DataConfig config, String inputName, TensorType inputType, long seed) {
        return open(config, Map.of(inputName, inputType), seed);
    }

    /**
     * @param inputs types of the model's inputs, batch axis included, by name
     */
    public static DataSplits open(DataConfig config, Map<String, TensorType> inputs, long seed) {
        List<ModelInput> wanted =
                inputs.entrySet().stream()
                        .map(entry -> new ModelInput(entry.getKey(), entry.getValue()))
                        .toList();
        Parts parts = parts(config, wanted).cast(wanted);
        return Splitter.split(parts, config, seed);
    }

    private static Parts parts(DataConfig config, List<ModelInput> inputs) {
        Preprocess preprocess = config.preprocess();
        return switch (config.format()) {
            case CIFAR10, IDX, IMAGE_FOLDER ->
                    new ImageParts(config, single(inputs, config)).read();
            case NPZ ->
                    TableParts.read(
                            config.path(),
                            List.of(".npz"),
                            file -> new ArrayReader(inputs, preprocess).read(file));
            case CSV ->
                    TableParts.read(
                            config.path(),
                            List.of(".csv", ".csv.gz"),
                            file -> new CsvTable(file, single(inputs, config), preprocess).read());
        };
    }

    private static ModelInput single(List<ModelInput> inputs, DataConfig config) {
        if (inputs.size() != 1) {
            throw new DataException(
                    "the model has the inputs %s; %s data feeds one, use npz for several"
                            .formatted(
                                    inputs.stream().map(ModelInput::name).toList(),
                                    config.format()
                                            .name()
                                            .toLowerCase(java.util.Locale.ROOT)
                                            .replace('_', '-')));
        }
        return inputs.get(0);
    }
}
