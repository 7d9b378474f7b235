package dev.espalier.train.torch;

import dev.espalier.core.DataException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A dataset of DJL, {@code ai.djl.training.dataset.Dataset}, as examples for a model: its first
 * data array feeds the model's first input, and so on.
 *
 * <p>A {@code RandomAccessDataset} is read by index when examples are asked for, its transforms
 * included; any other is read once and kept, up to 1 GiB. Nothing of DJL's memory is held between
 * two reads. Random transforms of DJL draw from its own random numbers, not from the seed of the
 * training.
 */
public final class DjlDataset implements Dataset {
    private enum Truth {
        NONE,
        CLASSES,
        TARGETS
    }

    private final DjlSource source;
    private final Truth truth;
    private final Map<String, TensorType> sampleTypes;
    private final Shape output;

    private DjlDataset(DjlSource source, Model model, Truth truth) {
        if (source.size() == 0) {
            throw new DataException("the DJL dataset has no examples");
        }
        this.source = source;
        this.truth = truth;
        DjlArrays first = source.read(new int[] {0});
        this.sampleTypes = sampleTypes(model, first);
        this.output = truth == Truth.NONE ? Shape.SCALAR : output(model);
        batch(Map.of(), first);
    }

    /**
     * Examples of a classifier: one label array, of one whole number from 0 for each example,
     * integer or float. The classes are as many as the model's first output [N, K] tells apart.
     *
     * @throws DataException where the examples cannot be read or do not fit the model's inputs
     * @throws UnsupportedModelException where the first output is no [N, K]
     */
    public static DjlDataset classification(ai.djl.training.dataset.Dataset examples, Model model) {
        return new DjlDataset(DjlSource.of(examples), model, Truth.CLASSES);
    }

    /**
     * Examples of a regression: one label array, of what the model's first output shall be.
     *
     * @throws DataException where the examples cannot be read or do not fit the model
     */
    public static DjlDataset regression(ai.djl.training.dataset.Dataset examples, Model model) {
        return new DjlDataset(DjlSource.of(examples), model, Truth.TARGETS);
    }

    /**
     * Examples whose labels, where they have any, nobody reads: to calibrate on, or to learn from a
     * teacher alone.
     *
     * @throws DataException where the examples cannot be read or do not fit the model's inputs
     */
    public static DjlDataset unlabelled(ai.djl.training.dataset.Dataset examples, Model model) {
        return new DjlDataset(DjlSource.of(examples), model, Truth.NONE);
    }

    private static Map<String, TensorType> sampleTypes(Model model, DjlArrays first) {
        List<Value> feeds = model.graph().feeds();
        if (feeds.size() != first.data().size()) {
            throw new DataException(
                    "the DJL dataset gives %s data arrays, the model takes %s inputs: %s"
                            .formatted(
                                    first.data().size(),
                                    feeds.size(),
                                    feeds.stream().map(Value::name).toList()));
        }
        Map<String, TensorType> types = new LinkedHashMap<>();
        for (int i = 0; i < feeds.size(); i++) {
            Value feed = feeds.get(i);
            Tensor array = first.data().get(i);
            Optional<DataType> expected = feed.type().map(TensorType::dataType);
            if (expected.isPresent() && expected.get() != array.dataType()) {
                throw new DataException(
                        "input '%s' takes %s, the DJL dataset gives %s; convert it by a transform of the dataset, such as ToTensor"
                                .formatted(feed.name(), feed.type().get(), array.type()));
            }
            types.put(feed.name(), array.type().withShape(sample(array.shape())));
        }
        return Collections.unmodifiableMap(types);
    }

    private static Shape sample(Shape batch) {
        return Shape.of(batch.dims().subList(1, batch.rank()));
    }

    private static Shape batched(Shape sample, int size) {
        List<Dim> dims = new ArrayList<>(sample.dims());
        dims.add(0, Dim.of(size));
        return Shape.of(dims);
    }

    /** Shape of the first output for one example. */
    private Shape output(Model model) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        sampleTypes.forEach((input, type) -> shapes.put(input, batched(type.shape(), 1)));
        String name = model.graph().outputs().get(0).name();
        Shape found = ShapeInference.of(model, new InputShapes(1, shapes)).shape(name);
        boolean fits = found.isFixed() && found.rank() > 0;
        if (!fits || truth == Truth.CLASSES && found.rank() != 2) {
            throw new UnsupportedModelException(
                    "the first output '%s' is %s for one example; expected %s"
                            .formatted(
                                    name,
                                    found,
                                    truth == Truth.CLASSES ? "class scores [1, K]" : "[1, ...]"));
        }
        return sample(found);
    }

    @Override
    public int size() {
        return source.size();
    }

    @Override
    public int classes() {
        return truth == Truth.CLASSES ? Math.toIntExact(output.size(0)) : 0;
    }

    @Override
    public Optional<Shape> targetShape() {
        return truth == Truth.TARGETS ? Optional.of(output) : Optional.empty();
    }

    /** Only where the examples are kept: the transforms of others may be random. */
    @Override
    public boolean isRepeatable() {
        return source instanceof DjlMemory;
    }

    @Override
    public Map<String, TensorType> sampleTypes() {
        return sampleTypes;
    }

    /**
     * {@inheritDoc}
     *
     * @throws InvalidOptionException where they are to be augmented, which is for the transforms of
     *     the DJL dataset: only they know what their numbers mean
     */
    @Override
    public Batch batch(int[] indices, Augmentation augmentation, long seed) {
        if (!augmentation.equals(Augmentation.NONE)) {
            throw new InvalidOptionException(
                    "examples of a DJL dataset are augmented by the dataset's own transforms; train"
                            + " them with AugmentationSettings.NONE");
        }
        DjlArrays arrays = source.read(indices);
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (String input : sampleTypes.keySet()) {
            inputs.put(input, checked(input, arrays.data().get(inputs.size()), indices.length));
        }
        return batch(inputs, arrays);
    }

    private Batch batch(Map<String, Tensor> inputs, DjlArrays arrays) {
        return switch (truth) {
            case NONE -> new Batch(inputs, DjlLabels.none(arrays));
            case CLASSES -> new Batch(inputs, DjlLabels.classes(arrays, classes()));
            case TARGETS -> new Batch(inputs, DjlLabels.targets(arrays, output));
        };
    }

    private Tensor checked(String input, Tensor found, int examples) {
        TensorType sample = sampleTypes.get(input);
        TensorType expected = sample.withShape(batched(sample.shape(), examples));
        if (!found.type().equals(expected)) {
            throw new DataException(
                    "the DJL dataset gives %s for input '%s', where its first example promised %s"
                            .formatted(found.type(), input, expected));
        }
        return found;
    }
}
