package dev.espalier.core.pass;

import dev.espalier.core.CompressionException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ObservedTypes;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The types of values as two runs on random inputs show them. A value whose shape differs between
 * the two, since it depends on the numbers, stays unknown. Each model is run once for each set of
 * sizes. A model that does not run tells nothing. Thread-safe.
 */
public final class ObservedRun implements ObservedTypes {
    private static final int RUNS = 2;

    private final ModelRunner runner;

    /** Passes ask of the model before and of the one after, over and over. */
    private static final int MOST_KNOWN = 8;

    private record Answer(
            Model model,
            Map<String, TensorType> inputs,
            Set<String> values,
            Map<String, TensorType> types) {
        boolean answers(Model asked, Map<String, TensorType> in, Set<String> of) {
            return asked == model && in.equals(inputs) && of.equals(values);
        }
    }

    private final Deque<Answer> known = new ArrayDeque<>();

    public ObservedRun(ModelRunner runner) {
        this.runner = runner;
    }

    @Override
    public synchronized Map<String, TensorType> of(
            Model model, Map<String, TensorType> inputs, Set<String> values) {
        if (!inputs.keySet().containsAll(names(model)) || !areFixed(inputs)) {
            return Map.of();
        }
        for (Answer answer : known) {
            if (answer.answers(model, inputs, values)) {
                return answer.types();
            }
        }
        Map<String, TensorType> types = run(model, inputs, List.copyOf(values));
        known.addFirst(new Answer(model, Map.copyOf(inputs), Set.copyOf(values), types));
        if (known.size() > MOST_KNOWN) {
            known.removeLast();
        }
        return types;
    }

    private static List<String> names(Model model) {
        return model.graph().feeds().stream().map(feed -> feed.name()).toList();
    }

    private static boolean areFixed(Map<String, TensorType> inputs) {
        return inputs.values().stream()
                .map(TensorType::shape)
                .allMatch(shape -> shape.isRanked() && shape.isFixed());
    }

    private Map<String, TensorType> run(
            Model model, Map<String, TensorType> inputs, List<String> values) {
        try {
            return agreed(model, inputs, values);
        } catch (CompressionException e) {
            // One of them may be what no run can return, such as a sequence.
            Map<String, TensorType> found = new LinkedHashMap<>();
            for (String value : values.size() > 1 ? values : List.<String>of()) {
                try {
                    found.putAll(agreed(model, inputs, List.of(value)));
                } catch (CompressionException unseen) {
                    continue;
                }
            }
            return found;
        }
    }

    /** What all runs show alike. */
    private Map<String, TensorType> agreed(
            Model model, Map<String, TensorType> inputs, List<String> values) {
        Map<String, Shape> shapes = new HashMap<>();
        inputs.forEach((name, type) -> shapes.put(name, type.shape()));
        InputShapes sizes = new InputShapes(0, shapes);
        List<Map<String, TensorType>> runs = new ArrayList<>();
        try (ModelRunner.Session session = runner.open(model, values)) {
            for (int seed = 0; seed < RUNS; seed++) {
                Map<String, Tensor> random = sizes.random(model, new SplittableRandom(seed));
                Map<String, TensorType> seen = new LinkedHashMap<>();
                session.run(random, (name, tensor) -> seen.put(name, tensor.type()));
                runs.add(seen);
            }
        }
        Map<String, TensorType> alike = runs.get(0);
        runs.forEach(run -> alike.entrySet().retainAll(run.entrySet()));
        return alike;
    }
}
