package dev.espalier.quantize.internal.effect;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.data.ModelRunner.Session;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The networks that {@link NoiseSearch} runs, loaded. */
final class NoiseRun implements AutoCloseable {
    private final List<KnownValue> values;
    private final Map<String, LayerNoise> noises = new LinkedHashMap<>();
    private final OpenNetwork cut;
    private final OpenNetwork disturbed;
    private final String output;
    private final Session changed;
    private final Session pieces;
    private final Session whole;

    /**
     * @param output whose disturbance is measured
     * @throws dev.espalier.core.UnsupportedModelException where the runtime refuses one of them
     */
    NoiseRun(
            Model before, Model after, List<KnownValue> values, String output, ModelRunner runner) {
        this.values = values;
        values.forEach(value -> noises.put(value.name(), new LayerNoise(value)));
        this.cut = OpenNetwork.cut(before, values);
        this.disturbed = OpenNetwork.disturbed(before, values);
        this.output = disturbed.read().getOrDefault(output, output);
        List<String> found = values.stream().map(KnownValue::found).distinct().toList();
        List<String> made =
                values.stream()
                        .map(KnownValue::name)
                        .filter(name -> before.graph().producer(name).isPresent())
                        .toList();
        this.changed = runner.open(after, found);
        Session opened = null;
        try {
            opened = made.isEmpty() ? null : runner.open(cut.model(), made);
            this.whole = runner.open(disturbed.model(), List.of(this.output));
        } catch (RuntimeException e) {
            close(opened);
            changed.close();
            throw e;
        }
        this.pieces = opened;
    }

    /** By value, in the order of the network. */
    Map<String, LayerNoise> noises() {
        return noises;
    }

    /**
     * @param each called after each value
     */
    void add(Map<String, Tensor> inputs, Runnable each) {
        Map<String, Tensor> errors = errors(inputs);
        Map<String, Tensor> feeds = new HashMap<>(inputs);
        for (KnownValue value : values) {
            feeds.put(error(value), value.tensor(new float[1], Shape.SCALAR));
        }
        float[] exact = whole.run(feeds).get(output).toFloats();
        for (KnownValue value : values) {
            Tensor none = feeds.put(error(value), errors.get(value.name()));
            float[] found = whole.run(feeds).get(output).toFloats();
            noises.get(value.name()).carry(exact, found);
            feeds.put(error(value), none);
            each.run();
        }
    }

    private String error(KnownValue value) {
        return disturbed.inputs().get(value.name());
    }

    /** What the changed network has instead of each value, less the value. */
    private Map<String, Tensor> errors(Map<String, Tensor> inputs) {
        Map<String, Tensor> found = changed.run(inputs);
        Map<String, Tensor> feeds = new HashMap<>(inputs);
        for (KnownValue value : values) {
            Tensor tensor = found.get(value.found());
            feeds.put(
                    cut.inputs().get(value.name()),
                    value.tensor(value.numbers(tensor), tensor.shape()));
        }
        Map<String, Tensor> exact = pieces == null ? Map.of() : pieces.run(feeds);
        Map<String, Tensor> errors = new HashMap<>();
        for (KnownValue value : values) {
            Tensor y = exact.getOrDefault(value.name(), inputs.get(value.name()));
            float[] numbers = value.numbers(found.get(value.found()));
            float[] error = noises.get(value.name()).add(y.toFloats(), numbers);
            errors.put(value.name(), value.tensor(error, y.shape()));
        }
        return errors;
    }

    @Override
    public void close() {
        close(pieces);
        whole.close();
        changed.close();
    }

    private static void close(Session session) {
        if (session != null) {
            session.close();
        }
    }
}
