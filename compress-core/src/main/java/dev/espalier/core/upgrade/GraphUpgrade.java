package dev.espalier.core.upgrade;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Attribute;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** One graph on its way to a newer operator set, the graphs in its nodes' attributes included. */
final class GraphUpgrade {
    private final Graph graph;

    /** Of the model before; it knows no values of sub-graphs. */
    private final ShapeInference inference;

    private final long opset;
    private final Rewriting rewriting;
    private final UnaryOperator<String> names;
    private final Map<String, Integer> rewritten;
    private final List<Initializer> added = new ArrayList<>();

    /**
     * @param opset that the graph is written in
     * @param names makes a fresh name of a hint
     * @param rewritten counts the nodes that were written otherwise, by operator
     */
    GraphUpgrade(
            Graph graph,
            ShapeInference inference,
            long opset,
            Rewriting rewriting,
            UnaryOperator<String> names,
            Map<String, Integer> rewritten) {
        this.graph = graph;
        this.inference = inference;
        this.opset = opset;
        this.rewriting = rewriting;
        this.names = names;
        this.rewritten = rewritten;
    }

    Graph run() {
        List<Node> nodes = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (!node.isStandard()) {
                nodes.add(inside(node));
                continue;
            }
            List<Node> replacement = rewriting.rewrite(node, this);
            if (replacement.size() != 1 || replacement.get(0) != node) {
                rewritten.merge(node.opType(), 1, Integer::sum);
            }
            replacement.forEach(changed -> nodes.add(inside(changed)));
        }
        List<Initializer> initializers = new ArrayList<>(graph.initializers().values());
        initializers.addAll(added);
        return new Graph(
                graph.name(),
                graph.inputs(),
                graph.outputs(),
                graph.valueInfos(),
                initializers,
                nodes,
                graph.extras());
    }

    private Node inside(Node node) {
        Attributes changed = node.attributes();
        for (Map.Entry<String, Attribute> entry : node.attributes().asMap().entrySet()) {
            if (entry.getValue() instanceof Attribute.GraphValue one) {
                changed =
                        changed.with(entry.getKey(), new Attribute.GraphValue(inside(one.value())));
            } else if (entry.getValue() instanceof Attribute.Graphs several) {
                List<Graph> graphs = several.values().stream().map(this::inside).toList();
                changed = changed.with(entry.getKey(), new Attribute.Graphs(graphs));
            }
        }
        return changed == node.attributes() ? node : node.withAttributes(changed);
    }

    private Graph inside(Graph body) {
        return new GraphUpgrade(body, inference, opset, rewriting, names, rewritten).run();
    }

    /** The operator set that the graph is written in. */
    long opset() {
        return opset;
    }

    /** The content of {@code value} where it depends on constants alone. */
    Optional<Tensor> constant(String value) {
        return graph.constant(value).or(() -> inference.constant(value));
    }

    /** The shape of {@code value}; unranked where no rule tells. */
    Shape shape(String value) {
        return graph.constant(value).map(Tensor::shape).orElseGet(() -> inference.shape(value));
    }

    /**
     * The element type of {@code value}, by the rules, and where they do not tell by what the file
     * says.
     *
     * @throws NotKnown where neither does
     */
    DataType dataType(Node node, String value) {
        return graph.constant(value)
                .map(Tensor::type)
                .or(() -> inference.type(value))
                .or(() -> declared(value))
                .map(TensorType::dataType)
                .orElseThrow(
                        () ->
                                new NotKnown(
                                        "%s reads '%s', whose element type is not known"
                                                .formatted(node.label(), value)));
    }

    private Optional<TensorType> declared(String value) {
        return Stream.of(graph.valueInfos(), graph.inputs(), graph.outputs())
                .flatMap(List::stream)
                .filter(known -> known.name().equals(value))
                .flatMap(known -> known.type().stream())
                .findFirst();
    }

    /** Whether some node reads {@code value}, or it is an output of the graph. */
    boolean isRead(String value) {
        return !graph.consumers(value).isEmpty() || graph.isOutput(value);
    }

    /** A name that nothing in the model has, for a value of the node. */
    String freshName(Node node, String hint) {
        return names.apply(node.output(0) + "_" + hint);
    }

    /** Adds a constant for the node, and returns its name. */
    String addConstant(Node node, String hint, Tensor tensor) {
        String name = freshName(node, hint);
        added.add(Initializer.of(name, tensor));
        return name;
    }

    /** The node with {@code value} as input {@code input} in the place of an attribute. */
    Node move(Node node, String attribute, int input, Tensor value) {
        return node.withInput(input, addConstant(node, attribute, value))
                .withAttributes(node.attributes().without(attribute));
    }

    /** The node with the integers of an attribute as input {@code input}, where it has that. */
    Node moveIntegers(Node node, String attribute, int input) {
        if (!node.attributes().has(attribute)) {
            return node;
        }
        long[] values = node.attributes().integers(attribute);
        return move(node, attribute, input, Tensor.ofLongs(Shape.of(values.length), values));
    }
}
