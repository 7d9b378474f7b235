package dev.espalier.quantize.internal.placement;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.quantize.internal.kernel.Kernel;
import dev.espalier.quantize.internal.kernel.WeightedLayer;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which nodes of a graph are computed in integers, which values are bytes, which share a grid. */
public final class Placement {
    private final Graph graph;
    private final ShapeInference inference;
    private final Map<Node, WeightedLayer> layers;
    private final Map<Node, Kernel> kernels;
    private final Map<Node, GridGroups.Limit> absorbed;
    private final Set<String> bytes;
    private final GridGroups grouping = new GridGroups();
    private final Set<Node> joined = new HashSet<>();

    /**
     * @param kernels of the nodes computed in integers
     * @param absorbed Relus and Clips that saturation replaces
     * @param bytes values that exist as bytes
     */
    Placement(
            Graph graph,
            ShapeInference inference,
            Map<Node, WeightedLayer> layers,
            Map<Node, Kernel> kernels,
            Map<Node, GridGroups.Limit> absorbed,
            Set<String> bytes) {
        this.graph = graph;
        this.inference = inference;
        this.layers = layers;
        this.kernels = kernels;
        this.absorbed = absorbed;
        this.bytes = bytes;
        absorbed.forEach(
                (node, limit) -> {
                    grouping.join(node.output(0), node.input(0));
                    grouping.limit(node.output(0), limit);
                });
        kernels.forEach(
                (node, kernel) -> {
                    if (kernel == Kernel.MOVING) {
                        node.outputs().forEach(output -> grouping.join(node.input(0), output));
                    }
                });
        layers.values().stream()
                .filter(WeightedLayer::passesValuesOn)
                .map(WeightedLayer::node)
                .forEach(this::joinEnds);
        kernels.keySet().stream()
                .filter(node -> Operators.has(node, Trait.JOINS))
                .forEach(this::joinConcat);
    }

    /** Lets a layer that changes no value write bytes as it read them, where no Relu follows. */
    private void joinEnds(Node layer) {
        GridGroups.Limit output = grouping.limit(layer.output(0));
        if (output.isNone() || output.equals(grouping.limit(layer.input(0)))) {
            grouping.join(layer.input(0), layer.output(0));
        }
    }

    /**
     * A Concat whose parts nobody else reads needs no arithmetic when all parts are on its output's
     * grid; it would round them to that grid in any case.
     */
    private void joinConcat(Node concat) {
        String output = concat.output(0);
        Set<GridGroups.Limit> limits = new HashSet<>();
        for (String part : concat.inputs()) {
            limits.add(grouping.limit(part));
            if (!isReadOnlyBy(concat, part)) {
                return;
            }
        }
        GridGroups.Limit own = grouping.limit(output);
        if (limits.size() == 1 && (own.isNone() || limits.contains(own))) {
            concat.inputs().forEach(part -> grouping.join(output, part));
            joined.add(concat);
        }
    }

    private boolean isReadOnlyBy(Node concat, String part) {
        for (String member : grouping.members(part, bytes)) {
            boolean alone =
                    graph.consumers(member).stream()
                            .allMatch(reader -> reader == concat || keepsGrid(reader));
            if (!alone || isHeld(member) || isCopy(member)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the float value must exist under its name. */
    private boolean isHeld(String value) {
        return graph.isOutput(value) || graph.isCaptured(value);
    }

    private boolean keepsGrid(Node node) {
        return movesBytes(node) || absorbed.containsKey(node);
    }

    /** Whether {@code node} is computed on bytes without arithmetic: same grid in and out. */
    public boolean movesBytes(Node node) {
        return kernels.get(node) == Kernel.MOVING || joined.contains(node);
    }

    /** Whether {@code node} is a Relu or Clip that its input's grid makes superfluous. */
    public boolean isAbsorbed(Node node) {
        return absorbed.containsKey(node);
    }

    /** Empty where {@code node} stays float or is absorbed. */
    public Optional<Kernel> kernel(Node node) {
        return Optional.ofNullable(kernels.get(node));
    }

    public Optional<WeightedLayer> layer(Node node) {
        return Optional.ofNullable(layers.get(node));
    }

    public Optional<Tensor> constant(String value) {
        return inference.constant(value);
    }

    /** Of a float value. */
    public Shape shape(String value) {
        return inference.shape(value);
    }

    public GridGroups grouping() {
        return grouping;
    }

    /** All values that exist as bytes. */
    public Set<String> bytes() {
        return Collections.unmodifiableSet(bytes);
    }

    public boolean isBytes(String value) {
        return bytes.contains(value);
    }

    /**
     * Whether {@code value} is made as floats and its bytes are a copy: an input of the graph, or
     * what a float operator makes.
     */
    public boolean isCopy(String value) {
        Node producer = graph.producer(value).orElse(null);
        return !kernels.containsKey(producer) && !absorbed.containsKey(producer);
    }

    /**
     * The value whose bytes the node computed in integers that makes {@code output} writes: the one
     * behind absorbed Relus.
     */
    public String written(String output) {
        return graph.consumers(output).stream()
                .filter(absorbed::containsKey)
                .findFirst()
                .map(reader -> written(reader.output(0)))
                .orElse(output);
    }

    /** Whether some node reads {@code value} as a number: computes with it, or is float. */
    public boolean isReadAsNumber(String value) {
        return isHeld(value)
                || graph.consumers(value).stream()
                        .anyMatch(reader -> !keepsGrid(reader) && !measures(reader));
    }

    /** Whether {@code node} asks for a shape only, which the bytes have as well. */
    public boolean measures(Node node) {
        return Operators.has(node, Trait.MEASURES)
                && bytes.contains(node.input(0))
                && !isCopy(node.input(0));
    }

    /** Whether a node computed in integers reads {@code value} as a number. */
    public boolean isComputedWith(String value) {
        return graph.consumers(value).stream()
                .anyMatch(reader -> kernels.containsKey(reader) && !movesBytes(reader));
    }

    /**
     * The values whose ranges count, each with its group: those that are read as numbers, since
     * what only a MaxPool or Slice sees of a group matters through their output alone.
     */
    public Map<String, String> watched() {
        Map<String, String> groups = new HashMap<>();
        for (String value : bytes) {
            if (isCopy(value) ? isComputedWith(value) : isReadAsNumber(value)) {
                groups.put(value, grouping.of(value));
            }
        }
        return groups;
    }
}
