package dev.espalier.quantize.internal.storage;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.pass.PassContext;
import dev.espalier.quantize.internal.calibration.NonFinite;
import dev.espalier.quantize.internal.linear.LayerInputs;
import dev.espalier.quantize.option.HalfType;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Chooses the nodes of a graph that compute in float16. */
final class HalfPlacement {
    private final Graph graph;
    private final Model model;
    private final ValueTypes types;
    private final List<String> exclude;
    private final Set<String> wide = new HashSet<>();

    HalfPlacement(Model model, ValueTypes types, List<String> exclude) {
        this.model = model;
        this.graph = model.graph();
        this.types = types;
        this.exclude = exclude;
    }

    /**
     * @param observes whether activations are looked at on calibration samples
     */
    Set<Node> choose(PassContext context, boolean observes) {
        Set<Node> chosen = Collections.newSetFromMap(new IdentityHashMap<>());
        Map<String, Integer> others = new TreeMap<>();
        Map<String, Integer> untyped = new TreeMap<>();
        for (Node node : graph.nodes()) {
            String refusal = refusal(node, others, untyped);
            if (refusal == null) {
                chosen.add(node);
            } else if (!refusal.isEmpty()) {
                context.skipped(node.label(), refusal);
            }
        }
        if (!others.isEmpty()) {
            context.note(
                    "in float32 as before, since they have no float16 form or none is known: "
                            + listed(others));
        }
        if (!untyped.isEmpty()) {
            context.note(
                    "in float32 as before, since the types of their values are not known: %s; %s"
                            .formatted(listed(untyped), types.reason()));
        }
        if (!observes) {
            context.note("activations were not checked against float16's range: no data was read");
        } else if (!chosen.isEmpty()) {
            leaveWide(chosen, context);
        }
        return chosen;
    }

    private static String listed(Map<String, Integer> counts) {
        return counts.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", "));
    }

    /** Null where the node can be in float16, empty where it has nothing to do with floats. */
    private String refusal(Node node, Map<String, Integer> others, Map<String, Integer> untyped) {
        if (node.is("Constant") || HalfGraph.isIndifferent(node) || !touchesFloats(node)) {
            return "";
        }
        if (exclude.contains(node.name()) && !node.name().isEmpty()) {
            return "stays float: it is listed under 'exclude'";
        }
        if (!node.isStandard() || !Operators.has(node, Trait.FLOAT16)) {
            others.merge(node.opType(), 1, Integer::sum);
            return "";
        }
        if (!types.areKnown(node)) {
            untyped.merge(node.opType(), 1, Integer::sum);
            return "";
        }
        for (String input : node.inputs()) {
            Optional<Tensor> constant = graph.constant(input);
            if (constant.isPresent() && types.isFloat(input)) {
                NarrowTensor narrow = NarrowTensor.of(constant.get(), HalfType.FLOAT16);
                if (narrow.tensor() == null) {
                    return narrow.refusal(HalfType.FLOAT16) + ", in '" + input + "'";
                }
                // An epsilon that guards a division is no detail.
                if (narrow.vanishing() > 0 && constant.get().elementCount() == 1) {
                    return "stays float: its number %s, '%s', becomes zero"
                            .formatted(narrow.largest(), input);
                }
            }
        }
        return null;
    }

    private boolean touchesFloats(Node node) {
        return node.inputs().stream().anyMatch(in -> types.isFloat(in))
                || node.outputs().stream().anyMatch(out -> types.isFloat(out))
                || !types.areKnown(node)
                || !node.isStandard();
    }

    /** Takes out the nodes that make or read a value beyond float16's range. */
    private void leaveWide(Set<Node> chosen, PassContext context) {
        Set<String> values = new LinkedHashSet<>();
        for (Node node : graph.nodes()) {
            if (chosen.contains(node)) {
                values.addAll(node.inputs());
                values.addAll(node.outputs());
            }
        }
        values.removeIf(value -> !types.isFloat(value) || graph.constant(value).isPresent());
        Map<String, Float> largest = new HashMap<>();
        Map<String, NonFinite> infinite =
                LayerInputs.observe(
                        model,
                        values,
                        (long) values.size() * Float.BYTES,
                        context,
                        (name, seen) -> {
                            float most = largest.getOrDefault(name, 0f);
                            for (float value : seen) {
                                most = Math.max(most, Math.abs(value));
                            }
                            largest.put(name, most);
                        });
        infinite.forEach((name, found) -> largest.put(name, Float.POSITIVE_INFINITY));
        largest.forEach(
                (name, most) -> {
                    if (most > HalfType.FLOAT16.greatest()) {
                        wide.add(name);
                    }
                });
        for (Node node : graph.nodes()) {
            Optional<String> beyond = firstWide(node);
            if (beyond.isPresent() && chosen.remove(node)) {
                context.skipped(
                        node.label(),
                        "stays float: '%s' reaches %s on calibration samples, float16 ends at %s"
                                .formatted(
                                        beyond.get(),
                                        largest.get(beyond.get()),
                                        HalfType.FLOAT16.greatest()));
            }
        }
    }

    private Optional<String> firstWide(Node node) {
        return java.util.stream.Stream.concat(node.outputs().stream(), node.inputs().stream())
                .filter(wide::contains)
                .findFirst();
    }
}
