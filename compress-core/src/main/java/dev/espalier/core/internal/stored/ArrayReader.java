package dev.espalier.core.internal.stored;

import dev.espalier.core.DataException;
import dev.espalier.core.data.Preprocess;
import dev.espalier.core.internal.image.ImageGeometry;
import dev.espalier.core.internal.image.ImageSize;
import dev.espalier.core.internal.image.Normalization;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes examples of the arrays of an npz file. */
public final class ArrayReader {
    private static final List<String> LABELS = List.of("labels", "y");
    private static final String TARGETS = "targets";

    private final List<ModelInput> inputs;
    private final Preprocess preprocess;

    public ArrayReader(List<ModelInput> inputs, Preprocess preprocess) {
        this.inputs = inputs;
        this.preprocess = preprocess;
    }

    public ExampleSource read(Path file) {
        Map<String, Npy> arrays = Npz.read(file);
        ExampleSource examples = labelled(arrays, file);
        Npy targets = arrays.get(TARGETS);
        return targets == null || isInput(TARGETS)
                ? examples
                : targeted(examples, targets, "array '" + TARGETS + "' of " + file);
    }

    private boolean isInput(String name) {
        return inputs.stream().anyMatch(input -> input.name().equals(name));
    }

    /** Rows of one number are written [N] or [N, 1]. */
    private static ExampleSource targeted(ExampleSource examples, Npy array, String name) {
        int[] sizes = array.sizes();
        if (sizes.length == 0 || sizes[0] != examples.size()) {
            throw new DataException(
                    "%s has the shape %s, expected one row for each of %s examples"
                            .formatted(name, Arrays.toString(sizes), examples.size()));
        }
        long[] sample = Arrays.stream(sizes).skip(1).asLongStream().toArray();
        float[] values = new float[array.count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) finite(array, i, name);
        }
        return new TargetedSource(
                examples, sample.length == 0 ? Shape.of(1) : Shape.of(sample), values);
    }

    private static double finite(Npy array, int i, String name) {
        double value = array.real(i);
        if (!Float.isFinite((float) value)) {
            throw new DataException(
                    "%s holds %s at element %s; expected finite numbers within float32's range"
                            .formatted(name, value, i));
        }
        return value;
    }

    private ExampleSource labelled(Map<String, Npy> arrays, Path file) {
        Map<String, Npy> byInput = new LinkedHashMap<>();
        for (ModelInput input : inputs) {
            byInput.put(input.name(), find(arrays, input, file));
        }
        int size = examples(byInput, file);
        ClassLabels labels = labels(arrays, size, file);
        ModelInput first = inputs.get(0);
        Npy only = byInput.get(first.name());
        boolean takesFloats = first.type().dataType().isFloating();
        if (inputs.size() == 1
                && takesFloats
                && only.isUnsignedBytes()
                && only.sizes().length >= 3) {
            return images(only, labels, first, file);
        }
        Map<String, ArraySource.Column> columns = new LinkedHashMap<>();
        for (ModelInput input : inputs) {
            String name = "array '" + input.name() + "' of " + file;
            columns.put(input.name(), column(byInput.get(input.name()), input, name));
        }
        return new ArraySource(columns, labels);
    }

    /** The array of the input's name; for a model of one input also the only array there is. */
    private Npy find(Map<String, Npy> arrays, ModelInput input, Path file) {
        Npy named = arrays.get(input.name());
        if (named != null) {
            return named;
        }
        List<String> others =
                arrays.keySet().stream()
                        .filter(name -> !LABELS.contains(name) && !name.equals(TARGETS))
                        .toList();
        if (inputs.size() == 1 && others.size() == 1) {
            return arrays.get(others.get(0));
        }
        throw new DataException(
                "%s holds the arrays %s, but none for the model's input '%s'"
                        .formatted(file, arrays.keySet(), input.name()));
    }

    private static int examples(Map<String, Npy> byInput, Path file) {
        int size = -1;
        for (Map.Entry<String, Npy> entry : byInput.entrySet()) {
            int[] sizes = entry.getValue().sizes();
            if (sizes.length == 0) {
                throw new DataException(
                        "array '%s' of %s is a single number".formatted(entry.getKey(), file));
            }
            if (size >= 0 && sizes[0] != size) {
                throw new DataException(
                        "array '%s' of %s holds %s examples, another %s"
                                .formatted(entry.getKey(), file, sizes[0], size));
            }
            size = sizes[0];
        }
        if (size <= 0) {
            throw new DataException(file + " holds no examples");
        }
        return size;
    }

    private ClassLabels labels(Map<String, Npy> arrays, int size, Path file) {
        for (String name : LABELS) {
            Npy array = arrays.get(name);
            if (array == null || isInput(name)) {
                continue;
            }
            if (!array.isInteger() || !isOneEach(array.sizes(), size)) {
                throw new DataException(
                        "array '%s' of %s has the shape %s; expected %s whole numbers, classes; float targets of a regression go into an array 'targets'"
                                .formatted(name, file, Arrays.toString(array.sizes()), size));
            }
            int[] labels = new int[size];
            for (int i = 0; i < size; i++) {
                labels[i] =
                        ClassLabels.checked(
                                array.integer(i),
                                "example %s of array '%s' of %s".formatted(i, name, file));
            }
            return new ClassLabels(labels);
        }
        return ClassLabels.none(size);
    }

    /** [N] or [N, 1]. */
    private static boolean isOneEach(int[] sizes, int examples) {
        boolean column = sizes.length == 2 && sizes[1] == 1;
        return (sizes.length == 1 || column) && sizes[0] == examples;
    }

    private ExampleSource images(Npy array, ClassLabels labels, ModelInput input, Path file) {
        ImageSize size = ImageSize.ofArray(array.sizes(), file);
        List<byte[]> pixels = new ArrayList<>(labels.size());
        for (int i = 0; i < labels.size(); i++) {
            int from = i * size.bytes();
            byte[] image = Arrays.copyOfRange(array.bytes(), from, from + size.bytes());
            pixels.add(
                    ImageSize.isInterleaved(array.sizes())
                            ? ImageGeometry.planar(image, size)
                            : image);
        }
        Images stored = new Images.InMemory(size, pixels, labels);
        return ImageParts.source(stored, input, preprocess, file);
    }

    private ArraySource.Column column(Npy array, ModelInput input, String name) {
        DataType type = input.type().dataType();
        Shape sample = sample(array, input);
        TensorType sampleType = new TensorType(type, sample);
        if (!type.isFloating()) {
            requireFeedable(type, input);
            if (!array.isInteger()) {
                throw new DataException(
                        "%s holds reals, the model's input takes %s".formatted(name, input.type()));
            }
            input.check(sampleType, "store an array of that shape");
            long[] values = new long[array.count()];
            Arrays.setAll(values, i -> within(array.integer(i), i, type, name));
            return new ArraySource.Integers(sampleType, values);
        }
        input.check(new TensorType(DataType.FLOAT, sample), "store an array of that shape");
        int channels = sample.rank() == 0 ? 1 : Math.toIntExact(sample.size(0));
        int perChannel = (int) sample.elementCount() / Math.max(1, channels);
        Normalization normal =
                Normalization.of(preprocess, array.isUnsignedBytes() ? 255 : 1, channels);
        float[] values = new float[array.count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = normal.apply(finite(array, i, name), i / perChannel % channels);
            if (!Float.isFinite(values[i])) {
                throw new DataException(
                        "element %s of %s becomes %s by preprocess; mend scale or std"
                                .formatted(i, name, values[i]));
            }
        }
        return new ArraySource.Floats(sample, values, normal.zeros());
    }

    /** Data is read for the types that networks take: ONNX Runtime feeds no others from Java. */
    private static void requireFeedable(DataType type, ModelInput input) {
        if (!ArraySource.Integers.TYPES.contains(type)) {
            throw new DataException(
                    "the model's input '%s' takes %s, which is not fed from data; floating inputs are, and %s"
                            .formatted(input.name(), input.type(), ArraySource.Integers.TYPES));
        }
    }

    private static long within(long value, int i, DataType type, String name) {
        if (!ArraySource.Integers.holds(type, value)) {
            throw new DataException(
                    "%s holds %s at element %s, beyond the range of %s"
                            .formatted(name, value, i, type));
        }
        return value;
    }

    /** The array's shape without its first axis; that of the input for rows of as many numbers. */
    private static Shape sample(Npy array, ModelInput input) {
        int[] sizes = array.sizes();
        long[] sample = Arrays.stream(sizes).skip(1).asLongStream().toArray();
        return sample.length == 1 ? input.shapeOfRow(sample[0]) : Shape.of(sample);
    }
}
