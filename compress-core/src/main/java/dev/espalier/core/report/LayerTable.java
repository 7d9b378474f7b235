package dev.espalier.core.report;

import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.NodeCost;
import dev.espalier.core.analysis.StoredWeights;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Puts the layers of two models side by side. A layer is a node that multiplies by a constant
 * weight. Two layers belong together where they have the same operator and the same node name, or
 * else a weight of the same name; a layer that finds no partner was added or is gone.
 */
public final class LayerTable {
    private static final int SPATIAL_AXES_FROM = 2;

    private record Layer(String name, String op, String weight, LayerReport.Side side) {}

    private LayerTable() {}

    /**
     * @param shapes at which MACs are counted; of one example
     * @return the layers in the original's order, added ones at the end
     */
    public static List<LayerReport> of(Model before, Model after, InputShapes shapes) {
        List<Layer> old = layers(before, shapes);
        List<Layer> now = layers(after, shapes);
        Layer[] partners = new Layer[old.size()];
        for (int i = 0; i < partners.length; i++) {
            Layer layer = old.get(i);
            partners[i] = take(now, other -> other.name().equals(layer.name()), layer.op());
        }
        for (int i = 0; i < partners.length; i++) {
            Layer layer = old.get(i);
            if (partners[i] == null) {
                partners[i] = take(now, other -> other.weight().equals(layer.weight()), layer.op());
            }
        }
        List<LayerReport> table = new ArrayList<>();
        for (int i = 0; i < partners.length; i++) {
            Layer layer = old.get(i);
            table.add(
                    new LayerReport(
                            layer.name(),
                            layer.op(),
                            layer.side(),
                            partners[i] == null ? LayerReport.Side.ABSENT : partners[i].side()));
        }
        for (Layer added : now) {
            table.add(
                    new LayerReport(
                            added.name(), added.op(), LayerReport.Side.ABSENT, added.side()));
        }
        return table;
    }

    /** Removes and returns the first of {@code layers} that fits, or returns null. */
    private static Layer take(List<Layer> layers, Predicate<Layer> fits, String op) {
        for (int i = 0; i < layers.size(); i++) {
            if (layers.get(i).op().equals(op) && fits.test(layers.get(i))) {
                return layers.remove(i);
            }
        }
        return null;
    }

    private static List<Layer> layers(Model model, InputShapes shapes) {
        Graph graph = model.graph();
        List<NodeCost> costs = Cost.of(model, shapes).nodes();
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < costs.size(); i++) {
            Node node = graph.nodes().get(i);
            NodeCost cost = costs.get(i);
            if (cost.macs() > 0) {
                List<String> weights = constants(graph, node);
                if (!weights.isEmpty()) {
                    layers.add(layer(graph, node, cost, weights));
                }
            }
        }
        return layers;
    }

    private static Layer layer(Graph graph, Node node, NodeCost cost, List<String> weights) {
        Tensor weight = graph.constant(weights.get(0)).orElseThrow();
        boolean convolution = cost.op().startsWith("Conv");
        // Its own weight says how wide a layer is, even where it takes several pixels for one.
        boolean plain = cost.op().equals("Conv") && weight.shape().rank() > SPATIAL_AXES_FROM;
        long groups = node.attributes().integer("group", 1);
        return new Layer(
                cost.name(),
                cost.op(),
                weights.get(0),
                new LayerReport.Side(
                        plain ? weight.shape().size(0) : channels(cost.outputs(), convolution),
                        plain
                                ? weight.shape().size(1) * groups
                                : channels(cost.inputs(), convolution),
                        convolution ? kernel(node, weight.shape()) : "",
                        elements(graph, weights),
                        cost.macs(),
                        weight.dataType().name()));
    }

    private static long elements(Graph graph, List<String> constants) {
        return constants.stream()
                .mapToLong(name -> graph.constant(name).orElseThrow().elementCount())
                .sum();
    }

    /** The constants behind the node's inputs. */
    private static List<String> constants(Graph graph, Node node) {
        return node.inputs().stream()
                .flatMap(input -> StoredWeights.behind(graph, input).stream())
                .toList();
    }

    /** Size of axis 1 of the first value for convolutions, of its last axis for matrices; or 0. */
    private static long channels(List<Value> values, boolean convolution) {
        Shape shape =
                values.isEmpty()
                        ? Shape.UNRANKED
                        : values.get(0).type().map(TensorType::shape).orElse(Shape.UNRANKED);
        if (!shape.isRanked() || shape.rank() < 2) {
            return 0;
        }
        int axis = convolution ? 1 : shape.rank() - 1;
        return shape.dim(axis).isFixed() ? shape.size(axis) : 0;
    }

    /**
     * @param weight [M, C/group, k1, k2, ...]
     */
    private static String kernel(Node node, Shape weight) {
        StringBuilder text = new StringBuilder();
        for (int axis = SPATIAL_AXES_FROM; axis < weight.rank(); axis++) {
            text.append(axis == SPATIAL_AXES_FROM ? "" : "x").append(weight.size(axis));
        }
        long[] strides = node.attributes().integers("strides", 1);
        if (strides.length > 0 && strides[0] > 1) {
            text.append(" /").append(strides[0]);
        }
        long group = node.attributes().integer("group", 1);
        return group > 1 ? text + " g" + group : text.toString();
    }
}
