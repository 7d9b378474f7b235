package dev.espalier.core.upgrade;

import dev.espalier.core.ir.Attribute;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import java.util.ArrayList;
import java.util.List;

/** Operator sets 7 to 12 in operator set 13. */
final class To13 implements Rewriting {
    /** From which on a batch norm knows no statistics for each position. */
    private static final long BATCH_NORM_BY_CHANNEL = 9;

    /** From which on Scan has no batch of its own. */
    private static final long SCAN_WITHOUT_BATCH = 9;

    /** From which on the mask of a Dropout is of truth values. */
    private static final long MASK_OF_BOOLS = 10;

    /** In which training and inference became one Dropout. */
    private static final long DROPOUT_IN_TRAINING = 12;

    private static final float EPSILON = 1e-5f;

    @Override
    public List<Node> rewrite(Node node, GraphUpgrade graph) {
        if (keeps(node, graph.opset())) {
            return List.of(node);
        }
        return switch (node.opType()) {
            case "Clip" -> one(moveReal(moveReal(node, "min", 1, graph), "max", 2, graph));
            case "Pad" -> one(moveReal(graph.moveIntegers(node, "pads", 1), "value", 2, graph));
            case "Slice" ->
                    one(
                            graph.moveIntegers(
                                    graph.moveIntegers(
                                            graph.moveIntegers(node, "starts", 1), "ends", 2),
                                    "axes",
                                    3));
            case "Squeeze", "Unsqueeze", "ReduceSum" -> one(graph.moveIntegers(node, "axes", 1));
            case "Split" -> one(graph.moveIntegers(node, "split", 1));
            case "TopK" -> one(withCount(node, graph));
            case "Scatter" -> one(named(node, "ScatterElements"));
            case "Dropout" -> dropout(node, graph);
            case "Softmax", "LogSoftmax", "Hardmax" -> normalized(node, graph);
            case "BatchNormalization" -> batchNorm(node, graph);
            case "Upsample", "Resize" -> Resizing.rewrite(node, graph);
            case "Scan" ->
                    throw new NotKnown(
                            node.label()
                                    + " has a batch of its own, which only Scan of operator set 8"
                                    + " knows");
            default ->
                    throw new NotKnown(
                            node.label() + " may mean something else in operator set 13");
        };
    }

    @Override
    public boolean keeps(Node node, long opset) {
        return switch (node.opType()) {
            case "BatchNormalization" ->
                    opset >= BATCH_NORM_BY_CHANNEL && !node.attributes().has("spatial");
            case "Scan" -> opset >= SCAN_WITHOUT_BATCH;
            default -> Operators.has(node, Trait.UNCHANGED_7_TO_13);
        };
    }

    private static List<Node> one(Node node) {
        return List.of(node);
    }

    /** The node as another operator, with the same inputs, outputs and attributes. */
    static Node named(Node node, String type) {
        return new Node(
                node.name(),
                node.domain(),
                type,
                node.overload(),
                node.inputs(),
                node.outputs(),
                node.attributes(),
                node.extras());
    }

    private static Node moveReal(Node node, String attribute, int input, GraphUpgrade graph) {
        if (!node.attributes().has(attribute)) {
            return node;
        }
        DataType type = graph.dataType(node, node.input(0));
        double value = node.attributes().real(attribute, 0);
        return graph.move(node, attribute, input, Tensor.ofReals(type, Shape.SCALAR, value));
    }

    private static Node withCount(Node node, GraphUpgrade graph) {
        if (!node.attributes().has("k")) {
            return node;
        }
        long k = node.attributes().integer("k", 1);
        return graph.move(node, "k", 1, Tensor.ofLongs(Shape.of(1), k));
    }

    /** At inference the data pass; of the mask runtimes made zeros before operator set 12. */
    private static List<Node> dropout(Node node, GraphUpgrade graph) {
        if (graph.opset() >= DROPOUT_IN_TRAINING) {
            return one(node);
        }
        Node data = node.withAttributes(Attributes.NONE);
        String mask = node.output(1);
        if (mask.isEmpty()) {
            return one(data);
        }
        data = data.withOutputs(List.of(node.output(0)));
        if (!graph.isRead(mask)) {
            return one(data);
        }
        DataType type =
                graph.opset() >= MASK_OF_BOOLS
                        ? DataType.BOOL
                        : graph.dataType(node, node.input(0));
        Tensor zero =
                type == DataType.BOOL
                        ? Tensor.ofIntegers(type, Shape.of(1), 0)
                        : Tensor.ofReals(type, Shape.of(1), 0);
        String shape = graph.freshName(node, "shape");
        return List.of(
                data,
                Node.of("", "Shape", List.of(node.input(0)), List.of(shape), Attributes.NONE),
                Node.of(
                        "",
                        "ConstantOfShape",
                        List.of(shape),
                        List.of(mask),
                        Attributes.NONE.with("value", new Attribute.TensorValue(zero))));
    }

    /**
     * Before 13 all axes from {@code axis} on were taken as one. Where that is more than one axis,
     * they are made one, and taken apart behind.
     */
    private static List<Node> normalized(Node node, GraphUpgrade graph) {
        long axis = node.attributes().integer("axis", 1);
        Shape shape = graph.shape(node.input(0));
        Attributes attributes = node.attributes();
        if (isAlone(axis, shape)) {
            boolean isLast = axis == -1 || axis == shape.rank() - 1;
            return one(node.withAttributes(attributes.with("axis", isLast ? -1 : axis)));
        }
        String flat = graph.freshName(node, "flat");
        String result = graph.freshName(node, "normalized");
        List<Node> nodes = new ArrayList<>();
        nodes.add(
                Node.of(
                        "",
                        "Flatten",
                        List.of(node.input(0)),
                        List.of(flat),
                        Attributes.NONE.with("axis", axis)));
        nodes.add(
                node.withInputs(List.of(flat))
                        .withOutputs(List.of(result))
                        .withAttributes(attributes.with("axis", -1)));
        nodes.add(
                Node.of(
                        "",
                        "Reshape",
                        List.of(result, shapeOf(node, shape, nodes, graph)),
                        List.of(node.output(0)),
                        Attributes.NONE));
        return nodes;
    }

    /** Whether the axis is the last one, or those behind it are of size 1. */
    private static boolean isAlone(long axis, Shape shape) {
        if (axis == -1) {
            return true;
        }
        if (!shape.isRanked()) {
            return false;
        }
        long from = axis < 0 ? axis + shape.rank() : axis;
        return from >= 0
                && from < shape.rank()
                && shape.dims().stream()
                        .skip(from + 1)
                        .allMatch(dim -> dim.isFixed() && dim.size() == 1);
    }

    /** The name of the shape of the node's input: a constant where one size at most is open. */
    private static String shapeOf(Node node, Shape shape, List<Node> nodes, GraphUpgrade graph) {
        if (shape.isRanked()
                && shape.dims().stream().filter(dim -> !dim.isFixed()).count() <= 1
                && shape.dims().stream().noneMatch(dim -> dim.isFixed() && dim.size() == 0)) {
            long[] sizes = shape.dims().stream().mapToLong(To13::sizeOrRest).toArray();
            return graph.addConstant(node, "shape", Tensor.ofLongs(Shape.of(sizes.length), sizes));
        }
        String name = graph.freshName(node, "shape");
        nodes.add(Node.of("", "Shape", List.of(node.input(0)), List.of(name), Attributes.NONE));
        return name;
    }

    private static long sizeOrRest(Dim dim) {
        return dim.isFixed() ? dim.size() : -1;
    }

    /**
     * {@code scale (X - mean) / sqrt(var + epsilon) + B} in so many words where there are
     * statistics for each position: X [N, C, D1..Dn] and the others [C, D1..Dn].
     */
    private static List<Node> batchNorm(Node node, GraphUpgrade graph) {
        Attributes without = node.attributes().without("spatial");
        boolean byChannel = node.attributes().integer("spatial", 1) != 0;
        if (byChannel || graph.opset() >= BATCH_NORM_BY_CHANNEL) {
            return one(without == node.attributes() ? node : node.withAttributes(without));
        }
        if (node.outputs().stream().skip(1).anyMatch(output -> !output.isEmpty())) {
            throw new NotKnown(
                    node.label() + " has statistics for each position and returns new ones");
        }
        Tensor epsilon =
                Tensor.ofReals(
                        graph.dataType(node, node.input(0)),
                        Shape.SCALAR,
                        node.attributes().real("epsilon", EPSILON));
        String centred = graph.freshName(node, "centred");
        String variance = graph.freshName(node, "variance");
        String deviation = graph.freshName(node, "deviation");
        String normal = graph.freshName(node, "normal");
        String scaled = graph.freshName(node, "scaled");
        return List.of(
                plain("Sub", centred, node.input(0), node.input(3)),
                plain("Add", variance, node.input(4), graph.addConstant(node, "epsilon", epsilon)),
                plain("Sqrt", deviation, variance),
                plain("Div", normal, centred, deviation),
                plain("Mul", scaled, normal, node.input(1)),
                plain("Add", node.output(0), scaled, node.input(2)));
    }

    private static Node plain(String type, String output, String... inputs) {
        return Node.of("", type, List.of(inputs), List.of(output), Attributes.NONE);
    }
}
