package dev.espalier.core.pass;

import dev.espalier.core.CompressionException;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.data.ModelRunner.Session;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds the node at which two models that should agree part. */
final class FirstDifference {
    /** Values fetched in one run: activations of a large batch need not all be in memory. */
    private static final int VALUES_AT_ONCE = 32;

    private final Model before;
    private final Model after;
    private final Proof.Correspondence correspondence;
    private final ModelRunner runner;
    private final double noise;

    /**
     * @param noise share of a value's scale that is no difference, whatever its type
     */
    FirstDifference(
            Model before,
            Model after,
            Proof.Correspondence correspondence,
            ModelRunner runner,
            double noise) {
        this.before = before;
        this.after = after;
        this.correspondence = correspondence;
        this.runner = runner;
        this.noise = noise;
    }

    /**
     * The first node of the second model, in its order, whose output is not what the first model's
     * value of the same name says; empty where the runtime cannot show the values in between.
     */
    Optional<Node> find(Map<String, Tensor> input) {
        Map<String, Node> shared = sharedValues();
        List<String> values = new ArrayList<>(shared.keySet());
        try {
            for (int from = 0; from < values.size(); from += VALUES_AT_ONCE) {
                int to = Math.min(from + VALUES_AT_ONCE, values.size());
                Optional<String> value = firstDifferent(values.subList(from, to), input);
                if (value.isPresent()) {
                    return value.map(shared::get);
                }
            }
        } catch (CompressionException e) {
            // The failure to report is that the outputs differ, not that the search for it failed.
            return Optional.empty();
        }
        return Optional.empty();
    }

    /** Values that both models make, in the second one's order, with the node that makes them. */
    private Map<String, Node> sharedValues() {
        Set<String> made = new HashSet<>();
        before.graph().nodes().forEach(node -> made.addAll(node.outputs()));
        Map<String, Node> shared = new LinkedHashMap<>();
        for (Node node : after.graph().nodes()) {
            for (String output : node.outputs()) {
                if (!output.isEmpty() && made.contains(output)) {
                    shared.put(output, node);
                }
            }
        }
        return shared;
    }

    private Optional<String> firstDifferent(List<String> values, Map<String, Tensor> input) {
        try (Session reference = runner.open(before, values);
                Session candidate = runner.open(after, values)) {
            Map<String, Tensor> expected = reference.run(input);
            Map<String, Tensor> found = candidate.run(input);
            for (String value : values) {
                Tensor cut = correspondence.expected(value, expected.get(value));
                double allowed = Math.max(noise, Proof.tolerance(cut.dataType()));
                if (!(Proof.difference(cut, found.get(value)) <= allowed)) {
                    return Optional.of(value);
                }
            }
            return Optional.empty();
        }
    }
}
