package dev.espalier.quantize;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where integers begin and end in one graph.
 *
 * <p>Weighted layers are the reason; their inputs are bytes in any case. From them, operators that
 * the runtime has an integer kernel for join as far as their inputs already are bytes and, for
 * those that add rounding, as far as their output leads to another weighted layer: what follows the
 * last one stays float, since little time is spent there and much accuracy is lost.
 *
 * <p>A Relu or Clip behind such an operator disappears into its output's grid: a grid that begins
 * at 0 with zero point 0 and ends no higher than the Clip saturates exactly as they do.
 */
final class Placement {
    private final Graph graph;
    private final ShapeInference inference;
    private final Map<Node, WeightedLayer> layers;
    private final Set<String> wanted = new HashSet<>();
    private final Set<Node> leftFloat = new HashSet<>();

    private Map<Node, Kernel> kernels = new LinkedHashMap<>();
    private Map<Node, Grouping.Limit> absorbed = new LinkedHashMap<>();
    private Set<String> bytes = new LinkedHashSet<>();
    private final Grouping grouping = new Grouping();
    private final Set<Node> joined = new HashSet<>();

    private Placement(
            Model model,
            ShapeInference inference,
            Map<Node, WeightedLayer> layers,
            Set<Node> excluded) {
        this.graph = model.graph();
        this.inference = inference;
        this.layers = layers;
        this.leftFloat.addAll(excluded);
        layers.keySet().forEach(node -> wanted.add(node.input(0)));
    }

    /**
     * @param layers what to compute in integers at the least
     * @param excluded what to leave float in any case
     */
    static Placement of(
            Model model,
            ShapeInference inference,
            Map<Node, WeightedLayer> layers,
            Set<Node> excluded) {
        Placement placement = new Placement(model, inference, layers, excluded);
        placement.place();
        placement.group();
        return placement;
    }

    private void place() {
        int before;
        do {
            before = leftFloat.size();
            forward();
            backward();
        } while (leftFloat.size() > before);
    }

    private void forward() {
        kernels = new LinkedHashMap<>();
        absorbed = new LinkedHashMap<>();
        bytes = new LinkedHashSet<>(wanted);
        for (Node node : graph.nodes()) {
            Optional<Kernel> kernel = kernel(node);
            if (kernel.isPresent()) {
                kernels.put(node, kernel.get());
                node.outputs().stream().filter(this::leavesAsBytes).forEach(bytes::add);
                if (kernel.get() == Kernel.COMBINING) {
                    node.inputs().stream().filter(v -> !isConstant(v)).forEach(bytes::add);
                }
            } else {
                limit(node)
                        .filter(limit -> isAbsorbed(node.input(0)))
                        .ifPresent(
                                limit -> {
                                    absorbed.put(node, limit);
                                    bytes.add(node.output(0));
                                });
            }
        }
    }

    private Optional<Kernel> kernel(Node node) {
        if (layers.containsKey(node)) {
            return Optional.of(Kernel.WEIGHTED);
        }
        if (leftFloat.contains(node)) {
            return Optional.empty();
        }
        return Kernel.of(inference.call(node)).filter(kernel -> hasByteInputs(node, kernel));
    }

    private boolean hasByteInputs(Node node, Kernel kernel) {
        return switch (kernel) {
            case WEIGHTED -> false;
            case POOLING, MOVING -> bytes.contains(node.input(0));
            case COMBINING ->
                    node.inputs().stream().allMatch(this::isFloat)
                            && (node.is("Concat")
                                    ? node.inputs().stream().allMatch(bytes::contains)
                                    : node.inputs().stream().anyMatch(bytes::contains));
        };
    }

    private boolean isFloat(String value) {
        return inference.type(value).map(t -> t.dataType() == DataType.FLOAT).orElse(true)
                && inference
                        .constant(value)
                        .map(t -> WeightedLayer.isFinite(t.toFloats()))
                        .orElse(true);
    }

    /** Gemm and MatMul can give floats at no cost, so they do where nobody asks for bytes. */
    private boolean leavesAsBytes(String output) {
        Node producer = graph.producer(output).orElseThrow();
        return producer.is("Conv")
                || !layers.containsKey(producer)
                || wanted.contains(output)
                || wanted.contains(behindRelu(output));
    }

    private String behindRelu(String value) {
        return onlyReader(value)
                .filter(reader -> limit(reader).isPresent())
                .map(reader -> behindRelu(reader.output(0)))
                .orElse(value);
    }

    /** What saturation has to do in place of {@code node}, if it can. */
    private Optional<Grouping.Limit> limit(Node node) {
        if (node.is("Relu")) {
            return Optional.of(new Grouping.Limit(Float.POSITIVE_INFINITY));
        }
        if (!node.is("Clip") || bound(node, 1).orElse(Float.NaN) != 0) {
            return Optional.empty();
        }
        if (!node.hasInput(2)) {
            return Optional.of(new Grouping.Limit(Float.POSITIVE_INFINITY));
        }
        return bound(node, 2).filter(greatest -> greatest > 0).map(Grouping.Limit::new);
    }

    private Optional<Float> bound(Node clip, int input) {
        return inference.call(clip).constant(input).map(tensor -> tensor.toFloats()[0]);
    }

    /** Whether all that is made of {@code value} is a Relu, and bytes can do what it does. */
    private boolean isAbsorbed(String value) {
        if (!bytes.contains(value) || onlyReader(value).isEmpty()) {
            return false;
        }
        Node producer = graph.producer(value).orElse(null);
        if (producer != null && absorbed.containsKey(producer)) {
            return isAbsorbed(producer.input(0));
        }
        Kernel kernel = kernels.get(producer);
        return kernel != null
                && (kernel != Kernel.MOVING
                        || producer.outputs().size() == 1 && isAbsorbed(producer.input(0)));
    }

    private Optional<Node> onlyReader(String value) {
        List<Node> readers = graph.consumers(value);
        return readers.size() == 1 && !isHeld(value)
                ? Optional.of(readers.get(0))
                : Optional.empty();
    }

    /** Whether the float value must exist under its name. */
    private boolean isHeld(String value) {
        return graph.isOutput(value) || graph.isCaptured(value);
    }

    /**
     * Leaves those nodes float that lead to no weighted layer and would add rounding: combining
     * nodes, and others whose input is there as floats.
     */
    private void backward() {
        Set<String> useful = new HashSet<>(wanted);
        List<Node> nodes = new ArrayList<>(graph.nodes());
        java.util.Collections.reverse(nodes);
        for (Node node : nodes) {
            boolean leads = node.outputs().stream().anyMatch(useful::contains);
            Kernel kernel = kernels.get(node);
            if (leads && (absorbed.containsKey(node) || kernel != null)) {
                useful.addAll(node.inputs());
            } else if (kernel == Kernel.COMBINING
                    || kernel != null && kernel != Kernel.WEIGHTED && isCopy(node.input(0))) {
                leftFloat.add(node);
            }
        }
    }

    private void group() {
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
        kernels.keySet().stream().filter(node -> node.is("Concat")).forEach(this::joinConcat);
    }

    /**
     * A Concat whose parts nobody else reads needs no arithmetic when all parts are on its output's
     * grid; it would round them to that grid in any case.
     */
    private void joinConcat(Node concat) {
        String output = concat.output(0);
        Set<Grouping.Limit> limits = new HashSet<>();
        for (String part : concat.inputs()) {
            limits.add(grouping.limit(part));
            if (inference.constant(part).isPresent() || !isReadOnlyBy(concat, part)) {
                return;
            }
        }
        Grouping.Limit own = grouping.limit(output);
        if (limits.size() == 1 && (own.isNone() || limits.contains(own))) {
            concat.inputs().forEach(part -> grouping.join(output, part));
            joined.add(concat);
        }
    }

    private boolean isReadOnlyBy(Node concat, String part) {
        for (String member : grouping.members(part, bytes)) {
            boolean alone =
                    graph.consumers(member).stream()
                            .allMatch(reader -> reader == concat || isSameGrid(reader));
            if (!alone || isHeld(member) || isCopy(member)) {
                return false;
            }
        }
        return true;
    }

    private boolean isSameGrid(Node node) {
        return movesBytes(node) || absorbed.containsKey(node);
    }

    /** Whether {@code node} is computed on bytes without arithmetic: same grid in and out. */
    boolean movesBytes(Node node) {
        return kernels.get(node) == Kernel.MOVING || joined.contains(node);
    }

    /** Whether {@code node} is a Relu or Clip that its input's grid makes superfluous. */
    boolean isAbsorbed(Node node) {
        return absorbed.containsKey(node);
    }

    Optional<Kernel> kernelOf(Node node) {
        return Optional.ofNullable(kernels.get(node));
    }

    Optional<WeightedLayer> layer(Node node) {
        return Optional.ofNullable(layers.get(node));
    }

    /** Whether {@code value} exists as bytes. */
    boolean isBytes(String value) {
        return bytes.contains(value);
    }

    /**
     * Whether {@code value} is made as floats and its bytes are a copy: an input of the graph, or
     * what a float operator makes.
     */
    boolean isCopy(String value) {
        Node producer = graph.producer(value).orElse(null);
        return !kernels.containsKey(producer) && !absorbed.containsKey(producer);
    }

    /**
     * The value whose bytes {@code producer}, computed in integers, writes for {@code output}: the
     * one behind absorbed Relus.
     */
    String written(String output) {
        return onlyReader(output)
                .filter(absorbed::containsKey)
                .map(reader -> written(reader.output(0)))
                .orElse(output);
    }

    /** Whether some node reads {@code value} as a number: computes with it, or is float. */
    boolean isReadAsNumber(String value) {
        return isHeld(value)
                || graph.consumers(value).stream().anyMatch(reader -> !isSameGrid(reader));
    }

    /** Whether a node computed in integers reads {@code value} as a number. */
    boolean isComputedWith(String value) {
        return graph.consumers(value).stream()
                .anyMatch(reader -> kernels.containsKey(reader) && !movesBytes(reader));
    }

    /**
     * The values whose ranges count, each with its group: those that are read as numbers, since
     * what only a MaxPool or Slice sees of a group matters through their output alone.
     */
    Map<String, String> watched() {
        Map<String, String> groups = new HashMap<>();
        for (String value : bytes) {
            boolean counts = isCopy(value) ? isComputedWith(value) : isReadAsNumber(value);
            if (counts) {
                groups.put(value, grouping.of(value));
            }
        }
        return groups;
    }

    boolean isConstant(String value) {
        return inference.constant(value).isPresent();
    }

    Optional<Tensor> constant(String value) {
        return inference.constant(value);
    }

    Grouping grouping() {
        return grouping;
    }

    /** All values that exist as bytes. */
    Set<String> allBytes() {
        return java.util.Collections.unmodifiableSet(bytes);
    }
}
