package dev.espalier.quantize.internal.saturation;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What an integer layer reads, and how its sums go on, by the names of values; no name where there
 * is nothing.
 *
 * @param bytes that it multiplies
 * @param inputScale of these; empty where the sums themselves are the output
 * @param inputZero the byte that stands for zero
 * @param weightScale one, or one for each output channel
 * @param bias as 32-bit integers, which are added to the sums, or as floats
 * @param outputScale empty where the output is no bytes
 * @param outputZero of the output
 * @param output bytes, floats or sums
 */
record LayerParts(
        String bytes,
        String inputScale,
        String inputZero,
        String weightScale,
        String bias,
        String outputScale,
        String outputZero,
        String output) {

    /** Of a float operator between DequantizeLinear nodes, or an integer operator. */
    static Optional<LayerParts> of(Node node, Graph graph) {
        return switch (node.opType()) {
            case "Conv", "Gemm", "MatMul" -> dequantized(node, graph);
            case "QLinearConv" -> Optional.of(at(node, 0, 1, 2, 4, 8, 6, 7));
            case "QLinearMatMul" -> Optional.of(at(node, 0, 1, 2, 4, -1, 6, 7));
            case "QGemm" -> Optional.of(at(node, 0, 1, 2, 4, 6, 7, 8));
            case "MatMulInteger" -> Optional.of(at(node, 0, -1, 2, -1, -1, -1, -1));
            case "MatMulIntegerToFloat" -> Optional.of(at(node, 0, 2, 4, 3, 6, -1, -1));
            default -> Optional.empty();
        };
    }

    /**
     * @param inputs of an integer operator, in the order of the components; -1 for none
     */
    private static LayerParts at(Node node, int... inputs) {
        String[] names = new String[inputs.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = inputs[i] < 0 ? "" : given(node, inputs[i]);
        }
        return new LayerParts(
                names[0],
                names[1],
                names[2],
                names[3],
                names[4],
                names[5],
                names[6],
                node.output(0));
    }

    private static String given(Node node, int input) {
        return node.hasInput(input) ? node.input(input) : "";
    }

    private static Optional<LayerParts> dequantized(Node node, Graph graph) {
        Node x = MultipliedWeights.dequantize(graph, node, 0).orElseThrow();
        Node w = MultipliedWeights.dequantize(graph, node, 1).orElseThrow();
        Node b = MultipliedWeights.dequantize(graph, node, 2).orElse(null);
        if (node.hasInput(2) && b == null) {
            return Optional.empty();
        }
        Optional<Node> q = quantize(node, graph);
        return Optional.of(
                new LayerParts(
                        x.input(0),
                        x.input(1),
                        given(x, 2),
                        w.input(1),
                        b == null ? "" : b.input(0),
                        q.map(n -> n.input(1)).orElse(""),
                        q.map(n -> given(n, 2)).orElse(""),
                        q.orElse(node).output(0)));
    }

    /** The QuantizeLinear that alone reads what a float operator gives. */
    private static Optional<Node> quantize(Node node, Graph graph) {
        List<Node> readers = graph.consumers(node.output(0));
        return readers.size() == 1 && !graph.isOutput(node.output(0))
                ? Optional.of(readers.get(0)).filter(reader -> reader.is("QuantizeLinear"))
                : Optional.empty();
    }

    /** The scales that there are. */
    List<String> scales() {
        return Stream.of(inputScale, weightScale, outputScale)
                .filter(name -> !name.isEmpty())
                .toList();
    }
}
