package dev.espalier.core.upgrade;

import dev.espalier.core.ir.Attribute;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Upsample, and Resize as operator sets 10 to 12 have it, as Resize of operator set 13. The older
 * ones look for pixel {@code x / scale}; of two pixels the nearest is the lower one where an axis
 * grows and the upper one where it shrinks.
 */
final class Resizing {
    private static final int ROI = 1;
    private static final int SCALES = 2;
    private static final int SIZES = 3;

    /** In which Resize replaced Upsample. */
    private static final long RESIZE = 10;

    /** In which Resize was given its ways of counting pixels. */
    private static final long COORDINATES = 11;

    private Resizing() {}

    static List<Node> rewrite(Node node, GraphUpgrade graph) {
        if (node.is("Upsample")) {
            return List.of(upsample(node, graph));
        }
        return graph.opset() >= COORDINATES
                ? List.of(withoutEmpty(node, graph))
                : resize(node, graph);
    }

    private static Node upsample(Node node, GraphUpgrade graph) {
        if (graph.opset() >= RESIZE) {
            throw new NotKnown(
                    node.label() + " is of operator set 9, and no runtime knows it in a newer one");
        }
        String scales = node.input(1);
        if (node.attributes().find("scales").orElse(null) instanceof Attribute.Floats floats) {
            double[] values = floats.values().stream().mapToDouble(Float::doubleValue).toArray();
            scales = constant(node, "scales", values, graph);
        }
        return resized(node, node.input(0), scales, node.output(0), "floor");
    }

    /** Of operator set 10. */
    private static List<Node> resize(Node node, GraphUpgrade graph) {
        String x = node.input(0);
        String y = node.output(0);
        Optional<double[]> scales = graph.constant(node.input(1)).map(Tensor::toDoubles);
        boolean nearest = node.attributes().string("mode", "nearest").equals("nearest");
        boolean grows =
                scales.isPresent() && Arrays.stream(scales.get()).allMatch(scale -> scale >= 1);
        boolean shrinks =
                scales.isPresent() && Arrays.stream(scales.get()).allMatch(scale -> scale <= 1);
        if (!nearest || grows || shrinks) {
            return List.of(resized(node, x, node.input(1), y, grows ? "floor" : "ceil"));
        }
        String between = graph.freshName(node, "shrunk");
        if (scales.isPresent()) {
            String down = constant(node, "shrinking", each(scales.get(), true), graph);
            String up = constant(node, "growing", each(scales.get(), false), graph);
            return List.of(
                    nameless(resized(node, x, down, between, "ceil")),
                    resized(node, between, up, y, "floor"));
        }
        String one = graph.addConstant(node, "one", Tensor.scalar(1));
        String down = graph.freshName(node, "shrinking");
        String up = graph.freshName(node, "growing");
        return List.of(
                Node.of("", "Min", List.of(node.input(1), one), List.of(down), Attributes.NONE),
                Node.of("", "Max", List.of(node.input(1), one), List.of(up), Attributes.NONE),
                nameless(resized(node, x, down, between, "ceil")),
                resized(node, between, up, y, "floor"));
    }

    /** No two nodes of a graph may have the same name. */
    private static Node nameless(Node node) {
        return Node.of("", node.opType(), node.inputs(), node.outputs(), node.attributes());
    }

    private static double[] each(double[] scales, boolean shrinking) {
        return Arrays.stream(scales)
                .map(scale -> shrinking ? Math.min(scale, 1) : Math.max(scale, 1))
                .toArray();
    }

    private static String constant(Node node, String hint, double[] values, GraphUpgrade graph) {
        float[] floats = new float[values.length];
        IntStream.range(0, values.length).forEach(i -> floats[i] = (float) values[i]);
        return graph.addConstant(node, hint, Tensor.ofFloats(Shape.of(values.length), floats));
    }

    private static Node resized(Node node, String x, String scales, String y, String rounding) {
        String mode = node.attributes().string("mode", "nearest");
        Attributes attributes =
                Attributes.NONE
                        .with("mode", new Attribute.StringValue(mode))
                        .with(
                                "coordinate_transformation_mode",
                                new Attribute.StringValue("asymmetric"));
        if (mode.equals("nearest")) {
            attributes = attributes.with("nearest_mode", new Attribute.StringValue(rounding));
        }
        return To13.named(node, "Resize")
                .withInputs(List.of(x, "", scales))
                .withOutputs(List.of(y))
                .withAttributes(attributes);
    }

    /** Operator sets 11 and 12 demanded regions and scales, empty ones where there are none. */
    private static Node withoutEmpty(Node node, GraphUpgrade graph) {
        Node changed = node;
        if (isEmpty(node, ROI, graph)) {
            changed = changed.withInput(ROI, "");
        }
        return node.hasInput(SIZES) && isEmpty(node, SCALES, graph)
                ? changed.withInput(SCALES, "")
                : changed;
    }

    private static boolean isEmpty(Node node, int input, GraphUpgrade graph) {
        return node.hasInput(input)
                && graph.constant(node.input(input)).filter(t -> t.elementCount() == 0).isPresent();
    }
}
