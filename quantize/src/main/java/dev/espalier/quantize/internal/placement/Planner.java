package dev.espalier.quantize.internal.placement;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.quantize.internal.kernel.Kernel;
import dev.espalier.quantize.internal.kernel.WeightedLayer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides where integers begin and end in one graph.
 *
 * <p>Weighted layers are the reason; their inputs are bytes in any case. From them, operators that
 * the runtime has an integer kernel for join as far as their inputs already are bytes and, for
 * those that add rounding, as far as their output leads to another weighted layer: what follows the
 * last one stays float, since little time is spent there and much accuracy is lost.
 *
 * <p>A Relu or Clip behind such an operator disappears into its output's grid: a grid that begins
 * at 0 with zero point 0 and ends no higher than the Clip saturates exactly as they do.
 */
public final class Planner {
    private final Graph graph;
    private final ShapeInference inference;
    private final Map<Node, WeightedLayer> layers;

    /** Inputs of weighted layers. */
    private final Set<String> wanted = new HashSet<>();

    private final Set<Node> leftFloat = new HashSet<>();
    private Map<Node, Kernel> kernels;
    private Map<Node, GridGroups.Limit> absorbed;
    private Set<String> bytes;

    private Planner(
            Graph graph,
            ShapeInference inference,
            Map<Node, WeightedLayer> layers,
            Set<Node> excluded) {
        this.graph = graph;
        this.inference = inference;
        this.layers = layers;
        leftFloat.addAll(excluded);
        layers.keySet().forEach(node -> wanted.add(node.input(0)));
    }

    /**
     * @param layers what to compute in integers at the least
     * @param excluded what to leave float in any case
     */
    public static Placement plan(
            Graph graph,
            ShapeInference inference,
            Map<Node, WeightedLayer> layers,
            Set<Node> excluded) {
        Planner planner = new Planner(graph, inference, layers, excluded);
        int before;
        do {
            before = planner.leftFloat.size();
            planner.forward();
            planner.backward();
        } while (planner.leftFloat.size() > before);
        return new Placement(
                graph, inference, layers, planner.kernels, planner.absorbed, planner.bytes);
    }

    private void forward() {
        kernels = new LinkedHashMap<>();
        absorbed = new LinkedHashMap<>();
        bytes = new LinkedHashSet<>(wanted);
        for (Node node : graph.nodes()) {
            Optional<Kernel> kernel = kernel(node);
            if (kernel.isPresent()) {
                place(node, kernel.get());
            } else {
                limit(node).ifPresent(limit -> absorb(node, limit));
            }
        }
    }

    private void place(Node node, Kernel kernel) {
        kernels.put(node, kernel);
        node.outputs().stream().filter(this::leavesAsBytes).forEach(bytes::add);
        if (kernel == Kernel.COMBINING) {
            node.inputs().stream().filter(this::isVariable).forEach(bytes::add);
        }
    }

    private void absorb(Node node, GridGroups.Limit limit) {
        if (!leftFloat.contains(node) && isAbsorbable(node.input(0))) {
            absorbed.put(node, limit);
            bytes.add(node.output(0));
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
            case POOLING, MOVING ->
                    bytes.contains(node.input(0))
                            && node.inputs().stream().skip(1).noneMatch(bytes::contains);
            case COMBINING ->
                    node.inputs().stream().allMatch(this::isFiniteFloat)
                            && (Operators.has(node, Trait.JOINS)
                                    ? bytes.containsAll(node.inputs())
                                    : node.inputs().stream().anyMatch(bytes::contains));
        };
    }

    private boolean isVariable(String value) {
        return inference.constant(value).isEmpty();
    }

    private boolean isFiniteFloat(String value) {
        return inference.type(value).map(t -> t.dataType() == DataType.FLOAT).orElse(true)
                && inference.constant(value).map(Layer::isFinite).orElse(true);
    }

    /** Gemm and MatMul can give floats at no cost, so they do where nobody asks for bytes. */
    private boolean leavesAsBytes(String output) {
        Node producer = graph.producer(output).orElseThrow();
        return !layers.containsKey(producer)
                || layers.get(producer).isConvolution()
                || wanted.contains(output)
                || wanted.contains(behindLimits(output));
    }

    private String behindLimits(String value) {
        return onlyReader(value)
                .filter(reader -> limit(reader).isPresent())
                .map(reader -> behindLimits(reader.output(0)))
                .orElse(value);
    }

    /** What saturation has to do in place of {@code node}, if it can. */
    private Optional<GridGroups.Limit> limit(Node node) {
        if (node.is("Relu")) {
            return Optional.of(new GridGroups.Limit(Float.POSITIVE_INFINITY));
        }
        if (!node.is("Clip") || bound(node, 1).orElse(Float.NaN) != 0) {
            return Optional.empty();
        }
        if (!node.hasInput(2)) {
            return Optional.of(new GridGroups.Limit(Float.POSITIVE_INFINITY));
        }
        return bound(node, 2).filter(greatest -> greatest > 0).map(GridGroups.Limit::new);
    }

    private Optional<Float> bound(Node clip, int input) {
        return inference
                .call(clip)
                .constant(input)
                .filter(tensor -> tensor.elementCount() == 1)
                .map(tensor -> tensor.toFloats()[0]);
    }

    /** Whether all that is made of {@code value} is a Relu, and bytes can do what it does. */
    private boolean isAbsorbable(String value) {
        Node producer = graph.producer(value).orElse(null);
        if (!bytes.contains(value) || onlyReader(value).isEmpty()) {
            return false;
        }
        if (absorbed.containsKey(producer)) {
            return isAbsorbable(producer.input(0));
        }
        Kernel kernel = kernels.get(producer);
        return kernel != null
                && (kernel != Kernel.MOVING
                        // A byte that is moved or is the greatest of some is saturated before or
                        // after alike.
                        || producer.outputs().size() == 1 && isAbsorbable(producer.input(0)));
    }

    private Optional<Node> onlyReader(String value) {
        List<Node> readers = graph.consumers(value);
        return readers.size() == 1 && !graph.isOutput(value) && !graph.isCaptured(value)
                ? Optional.of(readers.get(0))
                : Optional.empty();
    }

    /**
     * Leaves those nodes float that lead to no weighted layer and would add rounding: combining
     * nodes, and others whose input is there as floats.
     */
    private void backward() {
        Set<String> useful = new HashSet<>(wanted);
        List<Node> nodes = new ArrayList<>(graph.nodes());
        Collections.reverse(nodes);
        for (Node node : nodes) {
            boolean leads = node.outputs().stream().anyMatch(useful::contains);
            Kernel kernel = kernels.get(node);
            if (leads && (absorbed.containsKey(node) || kernel != null)) {
                useful.addAll(node.inputs());
            } else if (kernel == Kernel.COMBINING
                    || kernel != null && kernel != Kernel.WEIGHTED && isMadeAsFloat(node)) {
                leftFloat.add(node);
            }
        }
    }

    private boolean isMadeAsFloat(Node reader) {
        Node producer = graph.producer(reader.input(0)).orElse(null);
        return !kernels.containsKey(producer) && !absorbed.containsKey(producer);
    }
}
