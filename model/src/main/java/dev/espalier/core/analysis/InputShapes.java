package dev.espalier.core.analysis;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Sizes for what a model's inputs leave open.
 *
 * @param batch size of a free first dimension
 * @param byInput whole shapes that the user gave, by input name; they win
 * @param observed tells the types that no operator's rule tells at these sizes
 */
public record InputShapes(long batch, Map<String, Shape> byInput, ObservedTypes observed) {
    public InputShapes {
        byInput = Map.copyOf(byInput);
        Objects.requireNonNull(observed);
    }

    /** Sizes at which nothing was run. */
    public InputShapes(long batch, Map<String, Shape> byInput) {
        this(batch, byInput, ObservedTypes.NONE);
    }

    /** Free first dimensions are {@code batch}, nothing else may be free. */
    public static InputShapes ofBatch(long batch) {
        return new InputShapes(batch, Map.of());
    }

    public InputShapes withBatch(long changed) {
        return new InputShapes(changed, byInput, observed);
    }

    /** These sizes, and somebody who tells what no operator's rule tells at them. */
    public InputShapes withObserved(ObservedTypes changed) {
        return new InputShapes(batch, byInput, changed);
    }

    /** The inputs of {@code model} whose sizes stay open at these; by name. */
    public Map<String, TensorType> leavesOpen(Model model) {
        List<Value> feeds = model.graph().feeds();
        Map<String, TensorType> found = new LinkedHashMap<>();
        for (Value input : feeds) {
            input.type()
                    .filter(type -> !byInput.containsKey(input.name()))
                    .filter(type -> !bound(feeds, type).isFixed())
                    .ifPresent(type -> found.put(input.name(), type));
        }
        return found;
    }

    /** The shape of an input that no shape was given for, as far as it is known. */
    private Shape bound(List<Value> feeds, TensorType declared) {
        Shape shape = InputSymbols.bound(declared.shape(), InputSymbols.sizes(feeds, this));
        return isBatchFree(declared.withShape(shape)) ? shape.with(0, Dim.of(batch)) : shape;
    }

    /**
     * These sizes, and those of examples for the inputs of {@code model} that {@link #leavesOpen}.
     *
     * @param samples types of one example, without the batch, by input; a model of one input takes
     *     them under any name
     */
    public InputShapes withSamples(Model model, Map<String, TensorType> samples) {
        Map<String, Shape> all = new LinkedHashMap<>(byInput);
        boolean single = samples.size() == 1 && model.graph().feeds().size() == 1;
        for (String input : leavesOpen(model).keySet()) {
            TensorType sample = single ? samples.values().iterator().next() : samples.get(input);
            if (sample != null && sample.shape().isRanked() && sample.shape().isFixed()) {
                List<Dim> dims = new ArrayList<>(List.of(Dim.of(Math.max(1, batch))));
                dims.addAll(sample.shape().dims());
                all.put(input, Shape.of(dims));
            }
        }
        return new InputShapes(batch, all, observed);
    }

    /** The sizes alone, in an order of their own: fit to be part of a name. */
    public String sizes() {
        return batch + " " + new TreeMap<>(byInput);
    }

    /**
     * The fixed type of one input of a model that has no other.
     *
     * @throws InvalidOptionException where a dimension stays open or the input is not a tensor
     */
    public TensorType bind(Value input) {
        return bind(List.of(input), input);
    }

    /**
     * The name of the batch: that of the first dimension of the first input whose first dimension
     * is open. Other dimensions of that name are the batch too, whatever their axis.
     */
    public static Optional<String> batchName(List<Value> feeds) {
        return InputSymbols.batch(feeds);
    }

    /**
     * The fixed type of one input. Open dimensions of one name have one size on every axis of every
     * input: that of the batch, or of an input whose shape the user gave.
     *
     * @param feeds all inputs of the model that are fed
     * @throws InvalidOptionException where a dimension stays open or the input is not a tensor
     */
    public TensorType bind(List<Value> feeds, Value input) {
        TensorType declared =
                input.type()
                        .orElseThrow(
                                () ->
                                        new InvalidOptionException(
                                                "input '" + input.name() + "' is not a tensor"));
        TensorType type = stated(feeds, input);
        if (!byInput.containsKey(input.name()) && !type.shape().isFixed()) {
            throw new InvalidOptionException(
                    "input '%s' has the open shape %s; give its sizes, for example input-shapes: {%s: [1, 3, 224, 224]}"
                            .formatted(input.name(), declared.shape(), input.name()));
        }
        return type;
    }

    /**
     * The type of one input, a tensor, of which sizes that nothing states stay open.
     *
     * @param feeds all inputs of the model that are fed
     */
    TensorType stated(List<Value> feeds, Value input) {
        TensorType declared = input.type().orElseThrow();
        Shape given = byInput.get(input.name());
        if (given == null) {
            return declared.withShape(bound(feeds, declared));
        }
        Shape followed = InputSymbols.follow(given, declared.shape(), batchName(feeds), batch);
        return declared.withShape(
                given.rank() > 0 && batch > 0 && isBatchFree(declared)
                        ? followed.with(0, Dim.of(batch))
                        : followed);
    }

    /**
     * Random inputs of these sizes, by name; ones where the model may divide integers by them.
     *
     * @throws InvalidOptionException where {@link #bind} does
     * @throws dev.espalier.core.UnsupportedModelException where a node does not fit its operator
     */
    public Map<String, Tensor> random(Model model, SplittableRandom random) {
        return random(model.graph().feeds(), Divisors.of(model), random);
    }

    /**
     * Random inputs of these sizes, by name.
     *
     * @param feeds the inputs of a model that are fed, all of them reals
     * @throws InvalidOptionException where {@link #bind} does
     */
    public Map<String, Tensor> random(List<Value> feeds, SplittableRandom random) {
        return random(feeds, Set.of(), random);
    }

    private Map<String, Tensor> random(
            List<Value> feeds, Set<String> divisors, SplittableRandom random) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (Value feed : feeds) {
            TensorType type = bind(feeds, feed);
            inputs.put(
                    feed.name(),
                    divisors.contains(feed.name())
                            ? RandomTensor.ones(type)
                            : RandomTensor.of(type, random));
        }
        return inputs;
    }

    private static boolean isBatchFree(TensorType type) {
        return type.shape().isRanked() && type.shape().rank() > 0 && !type.shape().dim(0).isFixed();
    }
}
