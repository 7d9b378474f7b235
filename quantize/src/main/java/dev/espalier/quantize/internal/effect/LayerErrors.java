package dev.espalier.quantize.internal.effect;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.pass.ComparedExamples;
import dev.espalier.core.pass.Effect;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRun.LayerError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How much of the error of a changed network's output comes from where each value is made. It is
 * measured, one value at a time, see {@link NoiseSearch}: how far weights are from what they were
 * says little about that.
 */
public final class LayerErrors {
    /** As many as a report can show at a glance. */
    private static final int SHOWN = 20;

    /**
     * The noise that arises at one value.
     *
     * @param maker the node that weighs or combines; empty for inputs of the network
     * @param value its output, or what the network makes of it without weighing
     * @param noise over signal of the network's output, were this the only noise
     */
    public record Found(Optional<Node> maker, String value, double noise) {
        /** How messages call it. */
        public String label() {
            return maker.map(Node::label).orElse("input '" + value + "'");
        }
    }

    private LayerErrors() {}

    /**
     * The errors, the greatest first; empty without data or a floating-point output.
     *
     * @param before the network that a pass was given
     * @param after what it returned, whose values stand for the same things
     * @throws UnsupportedModelException where the runtime refuses the networks cut up
     */
    public static List<Found> of(Model before, Model after, PassContext context) {
        Optional<String> output = Effect.output(before);
        ComparedExamples examples = ComparedExamples.of(before, context, 1);
        return output.isEmpty() || examples.batches().isEmpty()
                ? List.of()
                : found(
                        before,
                        after,
                        NoiseSearch.harmful(
                                before, after, output.get(), examples, NoiseSearch.MANY, context));
    }

    static List<Found> found(Model before, Model after, List<LayerNoise> noises) {
        Set<String> known =
                KnownValues.of(before, after).stream()
                        .map(KnownValue::name)
                        .collect(Collectors.toSet());
        Makers makers = new Makers(before.graph(), known);
        List<Found> found = new ArrayList<>();
        for (LayerNoise noise : noises) {
            String value = noise.value().name();
            found.add(new Found(makers.of(value), value, noise.carried().noise()));
        }
        return found;
    }

    /** Shows the errors in the report, by layer. */
    static void show(List<Found> errors, PassContext context) {
        Map<String, Double> layers = new LinkedHashMap<>();
        errors.forEach(error -> layers.merge(error.label(), error.noise(), Double::sum));
        context.layerErrors(
                layers.entrySet().stream()
                        .map(layer -> new LayerError(layer.getKey(), layer.getValue()))
                        .sorted(Comparator.comparingDouble(LayerError::noise).reversed())
                        .limit(SHOWN)
                        .toList());
    }
}
