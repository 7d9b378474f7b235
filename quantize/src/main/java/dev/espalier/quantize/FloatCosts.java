package dev.espalier.quantize;

import dev.espalier.core.choice.Alternative;
import dev.espalier.core.choice.Costs;
import dev.espalier.core.choice.Decision;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.pass.ModelTimer;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Progress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Measures of layers of a quantized network, one at a time, what it brings to have this one back in
 * float, and what it costs.
 */
final class FloatCosts {
    /** Times that differ by less cannot be told apart, and nothing is for free. */
    private static final double LEAST_MICROS = 1;

    /** For one comparison of times. */
    private static final double SECONDS = 0.2;

    /**
     * Of one layer.
     *
     * @param layer by name
     * @param own noise over signal of the layer's output; empty where it exists as bytes only
     * @param noise noise over signal of the network's outputs with this layer in float
     * @param gain by how much that is less than without
     * @param micros how much longer one run takes with it; 0 where the host measures nothing
     */
    record Cost(String layer, Optional<Double> own, double noise, double gain, double micros) {
        /** Whether the layer is in float, what it costs in noise and in time. */
        Decision<Boolean> decision() {
            Costs isFloat = new Costs(-gain, Math.max(micros, LEAST_MICROS), 0);
            return new Decision<>(
                    layer,
                    List.of(
                            new Alternative<>(false, Costs.NONE),
                            new Alternative<>(true, isFloat)));
        }
    }

    private final Model exact;
    private final Model quantized;
    private final Function<List<String>, Model> without;
    private final PassContext context;

    /**
     * @param exact the float network
     * @param quantized with all layers
     * @param without gives the network with layers of these names in float
     */
    FloatCosts(
            Model exact,
            Model quantized,
            Function<List<String>, Model> without,
            PassContext context) {
        this.exact = exact;
        this.quantized = quantized;
        this.without = without;
        this.context = context;
    }

    /**
     * Of each of {@code layers} alone, in their order.
     *
     * @param inputs that outputs are compared on
     */
    List<Cost> of(List<Node> layers, List<Map<String, Tensor>> inputs) {
        OutputNoise noise = new OutputNoise(exact, inputs, context);
        double all = noise.of(quantized);
        Map<Node, Double> own = own(layers, noise);
        List<Cost> costs = new ArrayList<>();
        try (Progress.Task task =
                context.progress().begin("layers back in float", layers.size(), "layers")) {
            for (Node layer : layers) {
                Model changed = without.apply(List.of(layer.name()));
                double left = noise.of(changed);
                context.checkCancelled();
                Optional<Double> ratio = Optional.ofNullable(own.get(layer));
                costs.add(new Cost(layer.name(), ratio, left, all - left, micros(changed)));
                task.advance(1);
            }
        }
        return costs;
    }

    /**
     * Of several layers together.
     *
     * @param noise of outputs against those of the exact network
     */
    Costs of(List<String> layers, OutputNoise noise) {
        Model changed = without.apply(layers);
        double gain = noise.of(quantized) - noise.of(changed);
        return new Costs(-gain, Math.max(micros(changed), LEAST_MICROS), 0);
    }

    /** How much longer one run of {@code changed} takes; 0 where the host measures nothing. */
    private double micros(Model changed) {
        return context.host()
                .timer()
                .map(timer -> longer(timer.micros(List.of(quantized, changed), SECONDS)))
                .orElse(0.0);
    }

    /** By how much the second of two models takes longer, of the medians of their rounds. */
    private static double longer(List<double[]> rounds) {
        return ModelTimer.median(rounds.get(1)) - ModelTimer.median(rounds.get(0));
    }

    private Map<Node, Double> own(List<Node> layers, OutputNoise noise) {
        Map<Node, String> values = new HashMap<>();
        for (Node layer : layers) {
            shared(layer.output(0)).ifPresent(value -> values.put(layer, value));
        }
        if (values.isEmpty()) {
            return Map.of();
        }
        List<String> names = values.values().stream().distinct().toList();
        List<Double> ratios = noise.of(quantized, names);
        Map<Node, Double> own = new HashMap<>();
        values.forEach((layer, value) -> own.put(layer, ratios.get(names.indexOf(value))));
        return own;
    }

    /** {@code value} or what its only readers make of it, if the quantized network has it, too. */
    private Optional<String> shared(String value) {
        Graph graph = exact.graph();
        if (quantized.graph().producer(value).isPresent()) {
            return Optional.of(value);
        }
        List<Node> readers = graph.consumers(value);
        boolean isOne = readers.size() == 1 && Operators.has(readers.get(0), Trait.LIMITS);
        return isOne ? shared(readers.get(0).output(0)) : Optional.empty();
    }
}
