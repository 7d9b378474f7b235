package dev.espalier.quantize.internal.storage;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.pass.PassContext;
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
    private final ShapeInference inference;
    private final List<String> exclude;
    private final Set<String> wide = new HashSet<>();

    HalfPlacement(Model model, ShapeInference inference, List<String> exclude) {
        this.model = model;
        this.graph = model.graph();
        this.inference = inference;
        this.exclude = exclude;
    }

    static boolean isFloat(ShapeInference inference, String value) {
        return inference.type(value).filter(t -> t.dataType() == DataType.FLOAT).isPresent();
    }

    /**
     * @param observes whether activations are looked at on calibration samples
     */
    Set<Node> choose(PassContext context, boolean observes) {
        Set<Node> chosen = Collections.newSetFromMap(new IdentityHashMap<>());
        Map<String, Integer> others = new TreeMap<>();
        for (Node node : graph.nodes()) {
            String refusal = refusal(node, others);
            if (refusal == null) {
                chosen.add(node);
            } else if (!refusal.isEmpty()) {
                context.skipped(node.label(), refusal);
            }
        }
        if (!others.isEmpty()) {
            context.note(
                    "in float32 as before, since they have no float16 form or none is known: "
                            + others.entrySet().stream()
                                    .map(entry -> entry.getValue() + " " + entry.getKey())
                                    .collect(Collectors.joining(", ")));
        }
        if (!observes) {
            context.note("activations were not checked against float16's range: no data was read");
        } else if (!chosen.isEmpty()) {
            leaveWide(chosen, context);
        }
        return chosen;
    }

    /** Null where the node can be in float16, empty where it has nothing to do with floats. */
    private String refusal(Node node, Map<String, Integer> others) {
        if (node.is("Constant") || HalfGraph.isIndifferent(node) || !touchesFloats(node)) {
            return "";
        }
        if (exclude.contains(node.name()) && !node.name().isEmpty()) {
            return "stays float: it is listed under 'exclude'";
        }
        boolean known =
                node.isStandard()
                        && Operators.has(node, Trait.FLOAT16)
                        && node.inputs().stream()
                                .allMatch(in -> in.isEmpty() || inference.type(in).isPresent());
        if (!known) {
            others.merge(node.opType(), 1, Integer::sum);
            return "";
        }
        for (String input : node.inputs()) {
            Optional<Tensor> constant = graph.constant(input);
            if (constant.isPresent() && isFloat(inference, input)) {
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
        return node.inputs().stream().anyMatch(in -> isFloat(inference, in))
                || node.outputs().stream().anyMatch(out -> isFloat(inference, out))
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
        values.removeIf(value -> !isFloat(inference, value) || graph.constant(value).isPresent());
        Map<String, Float> largest = new HashMap<>();
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
