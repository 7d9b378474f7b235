package dev.espalier.train;

import dev.espalier.core.DataException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.BatchStream;
import dev.espalier.core.data.Batching;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import java.util.ArrayList;
import java.util.List;

/** How a dataset and a classifier go together. */
final class TrainingData {
    private static final int EVALUATION_BATCH = 100;

    private TrainingData() {}

    /**
     * Refuses a dataset that {@code model} cannot be trained on in steps of {@code batch} examples.
     *
     * @throws DataException where the dataset is at fault
     * @throws UnsupportedModelException where the model is
     */
    static void requireFitting(Model model, InputShapes shapes, Dataset data, int batch) {
        if (data.size() == 0 || data.classes() == 0) {
            throw new DataException(
                    "training needs labelled examples; the training split has %d examples of %d classes"
                            .formatted(data.size(), data.classes()));
        }
        requireInputs(model, shapes, data, batch);
        String output = model.graph().outputs().get(0).name();
        Shape scores = ShapeInference.of(model, shapes.withBatch(batch)).shape(output);
        if (!scores.isFixed() || scores.rank() != 2 || scores.size(1) < data.classes()) {
            throw new UnsupportedModelException(
                    "training needs class scores [%d, %d or more] as the first output; '%s' is %s"
                            .formatted(batch, data.classes(), output, scores));
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
            Shape expected = shapes.withBatch(batch).bind(feed).shape();
            if (sample == null) {
                throw new DataException(
                        "the dataset has nothing for the model's input '" + feed.name() + "'");
            }
            if (expected.rank() == 0 || expected.size(0) != batch) {
                throw new UnsupportedModelException(
                        "input '%s' has the fixed shape %s; training in batches of %d needs an open first dimension"
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

    /** The arguments of a program's {@code step}. */
    static List<Tensor> arguments(Model model, Batch batch, double rate) {
        List<Tensor> arguments = inputs(model, batch);
        long[] labels = new long[batch.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = batch.labels()[i];
            if (labels[i] < 0) {
                throw new DataException("the training split has examples without a label");
            }
        }
        arguments.add(Tensor.ofLongs(Shape.of(labels.length), labels));
        arguments.add(Tensor.ofFloats(Shape.of(1), (float) rate));
        return arguments;
    }

    /** The arguments that are inputs of {@code model}, to which others may be added. */
    static List<Tensor> inputs(Model model, Batch batch) {
        List<Tensor> inputs = new ArrayList<>();
        for (Value feed : model.graph().feeds()) {
            inputs.add(batch.inputs().get(feed.name()));
        }
        return inputs;
    }

    /** Share of {@code data} whose label has the highest score; NaN where it is empty. */
    static double accuracy(Model model, ModelRunner runner, Dataset data) {
        String output = model.graph().outputs().get(0).name();
        int correct = 0;
        try (ModelRunner.Session session = runner.open(model, List.of(output));
                BatchStream batches =
                        BatchStream.open(data, Batching.inOrder(EVALUATION_BATCH), 0)) {
            while (batches.hasNext()) {
                Batch batch = batches.next();
                float[] scores = session.run(batch.inputs()).get(output).toFloats();
                for (int i = 0; i < batch.size(); i++) {
                    int classes = scores.length / batch.size();
                    correct += highest(scores, i * classes, classes) == batch.labels()[i] ? 1 : 0;
                }
                batches.recycle(batch);
            }
        }
        return (double) correct / data.size();
    }

    private static int highest(float[] scores, int from, int count) {
        int best = 0;
        for (int i = 1; i < count; i++) {
            if (scores[from + i] > scores[from + best]) {
                best = i;
            }
        }
        return best;
    }
}
