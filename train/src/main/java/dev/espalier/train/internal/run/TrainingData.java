package dev.espalier.train.internal.run;

import dev.espalier.core.DataException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import dev.espalier.train.program.Truth;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** How a dataset and a model go together. */
final class TrainingData {
    private static final int LOOKED_AT = 64;

    private TrainingData() {}

    /**
     * Refuses a dataset that {@code model} cannot be trained on in steps of {@code batch} examples.
     *
     * @param truth what the loss reads of the examples
     * @throws DataException where the dataset is at fault
     * @throws UnsupportedModelException where the model is
     */
    static void requireFitting(
            Model model, InputShapes shapes, Dataset data, int batch, Truth truth) {
        if (truth == Truth.CLASSES && data.classes() == 0) {
            throw new DataException(
                    "training needs labelled examples; the training split has %s examples of 0 classes"
                            .formatted(data.size()));
        }
        requireInputs(model, shapes, data, batch);
        String output = model.graph().outputs().get(0).name();
        Shape scores = ShapeInference.of(model, shapes.withBatch(batch)).shape(output);
        if (truth == Truth.NUMBERS) {
            requireTargets(data, output, scores, batch);
        }
        if (truth != Truth.CLASSES) {
            return;
        }
        if (!scores.isFixed() || scores.rank() != 2 || scores.size(1) < data.classes()) {
            throw new UnsupportedModelException(
                    "training needs class scores [%s, %s or more] as the first output; '%s' is %s"
                            .formatted(batch, data.classes(), output, scores));
        }
    }

    /**
     * Refuses steps of more examples than there are.
     *
     * @throws DataException where there are none
     */
    static void requireEnough(Dataset data, int batch) {
        if (data.size() == 0) {
            throw new DataException("training needs examples; the training split has none");
        }
        if (batch > data.size()) {
            throw new InvalidOptionException(
                    "a step takes %s examples, and the training split has %s; set regime: {batch: %2$s} or less"
                            .formatted(batch, data.size()));
        }
    }

    private static void requireTargets(Dataset data, String output, Shape found, int batch) {
        Shape target =
                data.targetShape()
                        .orElseThrow(
                                () ->
                                        new DataException(
                                                "this loss compares with float targets, and the examples have none; npz data gives them as an array 'targets', csv as columns 'target...'"));
        List<Dim> dims = new ArrayList<>(target.dims());
        dims.add(0, Dim.of(batch));
        Shape expected = Shape.of(dims);
        if (!found.equals(expected)) {
            throw new DataException(
                    "the examples have targets of %s, %s a batch, and the first output '%s' is %s; both must have one shape"
                            .formatted(target, expected, output, found));
        }
    }

    /**
     * Refuses a dataset whose examples are no inputs of {@code model}, {@code batch} at a time.
     *
     * @throws DataException where the dataset is at fault
     * @throws UnsupportedModelException where the model is
     */
    static void requireInputs(Model model, InputShapes shapes, Dataset data, int batch) {
        for (Value feed : model.graph().feeds()) {
            TensorType sample = data.sampleTypes().get(feed.name());
            Shape expected = shapes.withBatch(batch).bind(model.graph().feeds(), feed).shape();
            if (sample == null) {
                throw new DataException(
                        "the dataset has nothing for the model's input '" + feed.name() + "'");
            }
            if (expected.rank() == 0 || expected.size(0) != batch) {
                throw new UnsupportedModelException(
                        "input '%s' has the fixed shape %s; training in batches of %s needs an open first dimension"
                                .formatted(feed.name(), expected, batch));
            }
            Shape perExample =
                    Shape.of(new ArrayList<>(expected.dims().subList(1, expected.rank())));
            if (!perExample.equals(sample.shape())) {
                throw new DataException(
                        "input '%s' takes %s an example, the dataset has %s"
                                .formatted(feed.name(), perExample, sample.shape()));
            }
        }
    }

    /**
     * Refuses inputs from which nothing can be learnt: numbers that are none, and examples that are
     * all the same. Looks at some that are spread over the dataset.
     *
     * @throws DataException where it finds them
     */
    static void requireVaried(Dataset data) {
        int looked = Math.min(LOOKED_AT, data.size());
        int[] indices =
                IntStream.range(0, looked)
                        .map(i -> (int) ((long) i * data.size() / looked))
                        .toArray();
        boolean varied = false;
        for (Map.Entry<String, Tensor> input : data.batch(indices).inputs().entrySet()) {
            requireNumbers(input.getKey(), input.getValue(), indices);
            varied |= isVaried(input.getValue().bytes(), looked);
        }
        if (looked > 1 && !varied) {
            throw new DataException(
                    "all %s training examples looked at have the same inputs, so that nothing can be learnt from them; check the data's path, and scale and std of preprocess"
                            .formatted(looked));
        }
    }

    private static void requireNumbers(String input, Tensor tensor, int[] indices) {
        if (!tensor.dataType().isFloating()) {
            return;
        }
        float[] values = tensor.toFloats();
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new DataException(
                        "example %s gives %s for input '%s', which is no number; check the files, and mean and std of preprocess"
                                .formatted(
                                        indices[i / (values.length / indices.length)],
                                        values[i],
                                        input));
            }
        }
    }

    private static boolean isVaried(ByteBuffer examples, int count) {
        int size = examples.remaining() / count;
        ByteBuffer first = examples.slice(examples.position(), size);
        return IntStream.range(1, count)
                .anyMatch(i -> !examples.slice(examples.position() + i * size, size).equals(first));
    }

    /** The arguments that are inputs of {@code model}, to which others may be added. */
    static List<Tensor> inputs(Model model, Batch batch) {
        List<Tensor> inputs = new ArrayList<>();
        for (Value feed : model.graph().feeds()) {
            inputs.add(batch.inputs().get(feed.name()));
        }
        return inputs;
    }
}
