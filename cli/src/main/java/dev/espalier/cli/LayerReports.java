package dev.espalier.cli;

import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.NodeCost;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.report.LayerReport;
import dev.espalier.core.report.LayerReport.Side;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The layers with weights of two models, side by side. */
final class LayerReports {
    private static final Set<String> WITH_WEIGHTS =
            Set.of("Conv", "ConvTranspose", "Gemm", "MatMul");
    private static final int WEIGHT = 1;

    private LayerReports() {}

    /** A layer of one model. */
    private record Layer(String op, Side side) {}

    static List<LayerReport> of(Model before, Model after, InputShapes shapes) {
        Map<String, Layer> old = layers(before, shapes);
        Map<String, Layer> now = layers(after, shapes);
        List<LayerReport> reports = new ArrayList<>();
        old.forEach(
                (name, layer) -> {
                    Layer same = now.remove(name);
                    reports.add(
                            new LayerReport(
                                    name,
                                    layer.op,
                                    layer.side,
                                    same == null ? Side.ABSENT : same.side));
                });
        now.forEach(
                (name, layer) ->
                        reports.add(new LayerReport(name, layer.op, Side.ABSENT, layer.side)));
        return reports;
    }

    private static Map<String, Layer> layers(Model model, InputShapes shapes) {
        Map<String, Layer> layers = new LinkedHashMap<>();
        List<NodeCost> costs = Cost.of(model, shapes).nodes();
        for (int i = 0; i < costs.size(); i++) {
            Node node = model.graph().nodes().get(i);
            Optional<Tensor> weight =
                    node.isStandard() && WITH_WEIGHTS.contains(node.opType())
                            ? weight(model.graph(), node)
                            : Optional.empty();
            if (weight.isPresent()) {
                layers.put(
                        costs.get(i).name(),
                        new Layer(node.opType(), side(node, weight.get(), costs.get(i))));
            }
        }
        return layers;
    }

    /** The stored weight, also where it is dequantized or transposed on its way. */
    private static Optional<Tensor> weight(Graph graph, Node node) {
        String name = node.input(WEIGHT);
        Optional<Node> producer = graph.producer(name);
        while (producer.isPresent() && producer.get().is("DequantizeLinear")) {
            name = producer.get().input(0);
            producer = graph.producer(name);
        }
        return graph.constant(name).filter(tensor -> tensor.shape().rank() >= 2);
    }

    private static Side side(Node node, Tensor weight, NodeCost cost) {
        long[] sizes = weight.shape().sizes();
        long group = node.attributes().integer("group", 1);
        long first = sizes[0];
        long second = sizes[1];
        long width;
        long inputs;
        switch (node.opType()) {
            case "Conv" -> {
                width = first;
                inputs = second * group;
            }
            case "ConvTranspose" -> {
                width = second * group;
                inputs = first;
            }
            default -> {
                boolean transposed = node.is("Gemm") && node.attributes().integer("transB", 0) != 0;
                width = transposed ? first : sizes[sizes.length - 1];
                inputs = transposed ? second : sizes[sizes.length - 2];
            }
        }
        return new Side(
                width,
                inputs,
                kernel(node, sizes, group),
                weight.elementCount(),
                cost.macs(),
                weight.dataType().name());
    }

    private static String kernel(Node node, long[] sizes, long group) {
        if (!node.opType().startsWith("Conv")) {
            return "";
        }
        StringBuilder kernel = new StringBuilder();
        for (int i = 2; i < sizes.length; i++) {
            kernel.append(i > 2 ? "x" : "").append(sizes[i]);
        }
        long stride = Arrays.stream(node.attributes().integers("strides")).max().orElse(1);
        return kernel + (stride > 1 ? " /" + stride : "") + (group > 1 ? " g" + group : "");
    }
}
